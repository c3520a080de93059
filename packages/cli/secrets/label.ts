import { SecretsManagerClient, UpdateSecretVersionStageCommand } from "@aws-sdk/client-secrets-manager";
import type { SecretPlan } from "#fleet";
import { current, isRejected } from "#rotation/labels.ts";
import { type ExitCode, Failure, UsageError } from "../failure.ts";
import { type Stage, shown } from "../stage.ts";
import type { DatedSecret, VersionFacts } from "../status/facts.ts";
import { missingText, readSecret, secretId, shortId } from "./read.ts";
import { rolledBy, rollText } from "./rolls.ts";

export interface Move {
  /** Its id, or a unique prefix of it. */
  readonly version: string;
  readonly label: string;
  /** Whether the user has already agreed that services roll. */
  readonly agreed: boolean;
}

/** Moves a label from the version that has it. When AWSCURRENT moves, Secrets Manager moves AWSPREVIOUS as well. */
export async function moveLabel(stage: Stage, secret: SecretPlan, { version, label, agreed }: Move): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const facts = await readSecret(stage, secret.key);
  if (facts === undefined) throw new Failure(missingText(stage, secret));
  const target = findVersion(secret, facts, version);
  const holder = facts.versions.find(({ labels }) => labels.includes(label));
  if (holder?.id === target.id) {
    terminal.print(`${label} is already on version ${shortId(target.id)} of ${secret.name}.`);
    return 0;
  }
  const rolls = label === current;
  if (rolls && isRejected(facts.versions, target.id))
    throw new Failure(
      `Version ${shortId(target.id)} was rejected, so the fleet would undo this: set a working value with fleet secrets set ${secret.key}`,
    );
  if (rolls && !agreed && terminal.interactive) await agree(stage, secret, target);
  await stage.aws.client(SecretsManagerClient).send(
    new UpdateSecretVersionStageCommand({
      SecretId: secretId(secret),
      VersionStage: label,
      MoveToVersionId: target.id,
      ...(holder !== undefined && { RemoveFromVersionId: holder.id }),
    }),
  );
  terminal.print(`${label} is on version ${shortId(target.id)} of ${secret.name}.`);
  if (!rolls) return 0;
  for (const line of rollText(plan, secret)) terminal.print(line);
  return 0;
}

function findVersion({ key, name }: SecretPlan, { versions }: DatedSecret, wanted: string): VersionFacts {
  const [found, ...others] = wanted === "" ? [] : versions.filter(({ id }) => id.startsWith(wanted));
  if (found !== undefined && others.length === 0) return found;
  const what = found === undefined ? "is not a version" : `is the start of ${others.length + 1} versions`;
  throw new UsageError(`${shown(wanted)} ${what} of ${name}: fleet secrets history ${key} lists them.`);
}

async function agree({ terminal, plan }: Stage, secret: SecretPlan, { id, createdAt }: VersionFacts): Promise<void> {
  const rolled = rolledBy(plan, secret);
  if (rolled.length === 0) return;
  const since = new Date(createdAt).toISOString().slice(0, 16).replace("T", " ");
  terminal.note(`${rolled.join(", ")} will roll onto version ${shortId(id)} of ${secret.name}, made ${since}Z.`);
  const answer = await terminal.ask("Continue? (y/N) ");
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure("Cancelled: nothing was changed.");
}
