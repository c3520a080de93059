import type { SecretPlan } from "#fleet";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { table } from "../table.ts";
import { keyStates, readKeys } from "./value.ts";

export async function showKeys(stage: Stage, secret: SecretPlan, format: "text" | "json"): Promise<ExitCode> {
  const states = keyStates(secret, await readKeys(stage, secret));
  if (format === "json") {
    const keys = states.map(([key, state]) => ({ key, state }));
    stage.terminal.print(JSON.stringify({ stage: stage.plan.stage, name: secret.name, keys }, undefined, 2));
    return 0;
  }
  const { paint } = stage.terminal;
  const rows = states.map(([key, state]) => [key, state === "set" ? paint.green(state) : paint.yellow(state)]);
  for (const line of table(["KEY", "STATE"], rows)) stage.terminal.print(line);
  const wanting = states.filter(([, state]) => state === "placeholder" || state === "missing").map(([key]) => key);
  if (wanting.length > 0) stage.terminal.note(`fleet secrets set ${secret.key} ${wanting.join(" ")}`);
  return 0;
}
