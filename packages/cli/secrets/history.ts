import type { SecretPlan } from "#fleet";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { table } from "../table.ts";
import { readSecret } from "./read.ts";

export async function showHistory(stage: Stage, secret: SecretPlan, format: "text" | "json"): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const facts = await readSecret(stage, secret.key);
  if (facts === undefined) throw new Failure(`${secret.name} does not exist in stage ${plan.stage}.`);
  const versions = facts.versions.map((one) => ({ ...one, createdAt: new Date(one.createdAt).toISOString() }));
  if (format === "json") {
    terminal.print(JSON.stringify({ stage: plan.stage, name: facts.name, versions }, undefined, 2));
    return 0;
  }
  const rows = versions.map(({ id, createdAt, labels }) => [
    `${createdAt.slice(0, 19).replace("T", " ")}Z`,
    id.slice(0, 8),
    labels.includes("AWSCURRENT")
      ? terminal.paint.green(labels.join(" "))
      : labels.join(" ") || terminal.paint.dim("-"),
  ]);
  for (const line of table(["CREATED", "VERSION", "LABELS"], rows)) terminal.print(line);
  return 0;
}
