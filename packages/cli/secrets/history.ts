import type { SecretPlan } from "#fleet";
import { current, isRejectedLabel } from "#rotation/labels.ts";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { table } from "../table.ts";
import { missingText, readSecret, shortId } from "./read.ts";

export async function showHistory(stage: Stage, secret: SecretPlan, format: "text" | "json"): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const facts = await readSecret(stage, secret.key);
  if (facts === undefined) throw new Failure(missingText(stage, secret));
  const versions = facts.versions.map((one) => ({ ...one, createdAt: new Date(one.createdAt).toISOString() }));
  if (format === "json") {
    terminal.print(JSON.stringify({ stage: plan.stage, name: facts.name, versions }, undefined, 2));
    return 0;
  }
  if (versions.length === 0) {
    terminal.print(`${facts.name} has no versions yet: fleet secrets set ${secret.key}`);
    return 0;
  }
  const { paint } = terminal;
  const rows = versions.map(({ id, createdAt, labels }) => {
    // The label of a rejected version repeats its id, which is too long for a line.
    const text = labels.map((label) => (isRejectedLabel(label) ? "rejected" : label)).join(" ");
    return [
      `${createdAt.slice(0, 19).replace("T", " ")}Z`,
      shortId(id),
      labels.includes(current) ? paint.green(text) : text || paint.dim("-"),
    ];
  });
  for (const line of table(["CREATED", "VERSION", "LABELS"], rows)) terminal.print(line);
  return 0;
}
