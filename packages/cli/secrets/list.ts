import type { SecretPlan } from "#fleet";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { currentSince } from "../status/facts.ts";
import { table } from "../table.ts";
import { describeSecret, readSecret } from "./read.ts";

interface Listed {
  readonly key: string;
  readonly name: string;
  readonly exists: boolean;
  readonly currentSince: string | null;
  readonly pending: boolean;
  readonly rotation: "on" | "off";
  readonly nextRotation: string | null;
  readonly usedBy: readonly string[];
}

export async function listSecrets(stage: Stage, format: "text" | "json"): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const listed = await Promise.all(plan.secrets.map((secret) => listOne(stage, secret)));
  if (format === "json") {
    terminal.print(JSON.stringify({ stage: plan.stage, secrets: listed }, undefined, 2));
    return 0;
  }
  const rows = listed.map((one) => [
    one.key,
    one.exists ? (one.currentSince ?? "no value").slice(0, 16).replace("T", " ") : terminal.paint.red("missing"),
    one.pending ? terminal.paint.yellow("under way") : rotationText(one),
    one.usedBy.join(" ") || terminal.paint.dim("nobody"),
  ]);
  for (const line of table(["SECRET", "CURRENT SINCE", "ROTATION", "USED BY"], rows)) terminal.print(line);
  return 0;
}

async function listOne(stage: Stage, secret: SecretPlan): Promise<Listed> {
  const [facts, described] = await Promise.all([readSecret(stage, secret.key), describeSecret(stage, secret)]);
  const since = facts && currentSince(facts);
  return {
    key: secret.key,
    name: facts?.name ?? secret.name,
    exists: facts !== undefined,
    currentSince: since === undefined ? null : new Date(since).toISOString(),
    pending:
      facts?.versions.some(({ labels }) => labels.includes("AWSPENDING") && !labels.includes("AWSCURRENT")) ?? false,
    rotation: described?.RotationEnabled === true ? "on" : "off",
    nextRotation: described?.NextRotationDate?.toISOString() ?? null,
    usedBy: secret.usedBy,
  };
}

function rotationText({ rotation, nextRotation }: Listed): string {
  return nextRotation === null ? rotation : `${rotation}, ${nextRotation.slice(0, 10)}`;
}
