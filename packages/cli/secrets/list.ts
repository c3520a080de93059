import type { SecretPlan, StagePlan } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { functionsReading } from "#fleet/secret-readers.ts";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { currentSince } from "../status/facts.ts";
import { table } from "../table.ts";
import type { Paint } from "../terminal.ts";
import { findSecret } from "./find.ts";
import { howToRestore, type KnownSecret, readSecrets } from "./read.ts";
import { isPending, type SecretState, stateOf } from "./state.ts";

interface Listed {
  readonly key: string;
  readonly name: string;
  readonly exists: boolean;
  readonly state: SecretState;
  readonly currentSince: string | null;
  readonly pending: boolean;
  readonly rotation: "on" | "off";
  readonly lastRotation: string | null;
  readonly nextRotation: string | null;
  readonly usedBy: readonly string[];
  readonly functions: readonly string[];
}

/** @param wanted default: all */
export async function listSecrets(stage: Stage, wanted: readonly string[], format: "text" | "json"): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const secrets = wanted.length === 0 ? plan.secrets : wanted.map((name) => findSecret(plan, name));
  const known = await readSecrets(stage, secrets);
  const listed = secrets.map((secret) => listOne(plan, secret, known.get(secret.key)));
  if (format === "json") {
    terminal.print(JSON.stringify({ stage: plan.stage, secrets: listed }, undefined, 2));
    return 0;
  }
  if (listed.length === 0) {
    terminal.print(`Stage ${plan.stage} has no secrets. Add one under \`secrets\` in fleet.config.ts, then deploy.`);
    return 0;
  }
  const rows = listed.map((one) => [
    one.key,
    one.currentSince === null ? "-" : one.currentSince.slice(0, 16).replace("T", " "),
    stateText(one, terminal.paint),
    rotationText(one),
    [...one.usedBy, ...one.functions.map((name) => terminal.paint.dim(name))].join(" ") || terminal.paint.dim("nobody"),
  ]);
  for (const line of table(["SECRET", "SINCE (UTC)", "STATE", "ROTATION", "USED BY"], rows)) terminal.print(line);
  for (const { key, state } of listed) for (const line of remedies(plan, key, state)) terminal.note(line);
  if (listed.some(isUndated)) terminal.note(undated);
  return 0;
}

const undated = "Only those that changed last are dated: fleet secrets list <secret> dates any.";
const isUndated = ({ state, currentSince: since }: Listed) =>
  since === null && state !== "missing" && state !== "deleted" && state !== "no value";

function listOne(plan: StagePlan, secret: SecretPlan, known: KnownSecret | undefined): Listed {
  const { described, facts } = known ?? {};
  const since = facts && currentSince(facts);
  return {
    key: secret.key,
    name: facts?.name ?? secret.name,
    exists: facts !== undefined,
    state: stateOf(described, facts),
    currentSince: since === undefined ? null : new Date(since).toISOString(),
    pending: facts !== undefined && isPending(facts),
    rotation: described?.RotationEnabled === true ? "on" : "off",
    lastRotation: described?.LastRotatedDate?.toISOString() ?? null,
    nextRotation: described?.NextRotationDate?.toISOString() ?? null,
    usedBy: secret.usedBy,
    functions: functionsReading(plan, secret.key),
  };
}

function stateText({ state }: Listed, paint: Paint): string {
  switch (state) {
    case "settled":
      return paint.green(state);
    case "rotating":
    case "rolling":
      return paint.yellow(state);
    case "missing":
    case "deleted":
    case "no value":
    case "stuck":
      return paint.red(state);
    default:
      return state satisfies never;
  }
}

function rotationText({ rotation, lastRotation, nextRotation }: Listed): string {
  if (rotation === "off") return "off";
  if (nextRotation === null) return lastRotation === null ? "on, never yet" : "on";
  return `${lastRotation === null ? "first" : "next"} ${nextRotation.slice(0, 10)}`;
}

function remedies(plan: StagePlan, key: string, state: SecretState): readonly string[] {
  switch (state) {
    case "missing":
      return [`${key} is not deployed: ${howToDeploy(plan)}`];
    case "deleted":
      return [`${key} is scheduled for deletion: ${howToRestore(findSecret(plan, key))}`];
    case "no value":
      return [`${key} has no value: fleet secrets set ${key}`];
    case "stuck":
      return [`${key} needs a person: fleet status and the chat show why, docs/rotation.md what to do.`];
    case "settled":
    case "rotating":
    case "rolling":
      return [];
    default:
      return state satisfies never;
  }
}
