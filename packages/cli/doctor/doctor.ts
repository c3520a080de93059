import { resolveNs } from "node:dns/promises";
import { type ExitCode, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readServices } from "../status/read.ts";
import { checks } from "./checks/index.ts";
import { examine, exitCodeOf } from "./examine.ts";
import { showResults } from "./show.ts";

export interface DoctorOptions {
  readonly format: "text" | "json";
  readonly only: readonly string[] | undefined;
  readonly strict: boolean;
}

export async function runDoctor(stage: Stage, { format, only, strict }: DoctorOptions): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const wanted = only === undefined ? checks : checks.filter(({ id }) => only.includes(id));
  const unknown = (only ?? []).filter((id) => !checks.some((check) => check.id === id));
  if (unknown.length > 0)
    throw new UsageError(`No check ${unknown.join(", ")}: there are ${checks.map(({ id }) => id).join(", ")}.`);
  if (format === "text") terminal.note(terminal.paint.dim(`Looking at ${wanted.length} things in ${plan.stage}…`));
  const results = await examine(wanted, { stage, services: await readServices(stage), resolveNs });
  if (format === "json") terminal.print(JSON.stringify({ stage: plan.stage, results }, undefined, 2));
  else for (const line of showResults(results, terminal.paint)) terminal.print(line);
  return exitCodeOf(results, strict);
}
