import { RotationError } from "../errors.ts";
import { candidate, holderOf, isRejected, pending, settled, settlingTag, valueSinceTag } from "../labels.ts";
import type { Outcome } from "../ports.ts";
import { putVersion } from "../put.ts";
import { isInUse, readSettling } from "../settle/settling.ts";
import { parseValue, placeholdersIn, type SecretValue } from "../value.ts";
import type { Step } from "./step.ts";
import { readCurrent } from "./values.ts";

const dayMs = 86_400_000;

/** Creates the next value, once: what is written under the token stays. */
export async function createSecret(step: Step): Promise<void> {
  const { ports, entry, issuer, secret, token } = step;
  if ((await ports.store.read(secret.arn, token)) !== undefined) return;
  refuseUnsettled(step);
  const now = await readCurrent(step);
  const unfilled = placeholdersIn(now, entry.placeholders);
  if (unfilled.length > 0) {
    const text = `${secret.name} still has placeholders in ${unfilled.join(", ")}: nothing was rotated.`;
    await ask(step, "placeholder", text, "Set the real value with `aws secretsmanager put-secret-value`.");
    return renew(step, now);
  }
  const creation = await issuer.create(now, await readCandidate(step));
  if (creation.kind === "value") return write(step, creation.value);
  const days = Math.floor((ports.clock.now() - (await valueSince(step))) / dayMs);
  await ask(step, "candidate-wanted", `${creation.text} The value is ${days} days old.`, creation.remedy);
  return renew(step, now);
}

/**
 * A second rotation on top of one whose consumers are still rolling would leave three credentials and no order among
 * them. Secrets Manager tries again later. Where only the old one has yet to be revoked, the next may begin: both are
 * revoked after it.
 */
function refuseUnsettled({ secret, currentId }: Step): void {
  const holder = holderOf(secret.versions, settled);
  const settling = readSettling(secret.tags[settlingTag]);
  const isRolling = settling !== undefined && !isInUse(settling);
  if (isRolling || (holder !== undefined && holder !== currentId))
    throw new RotationError("unfinished", `The last change of ${secret.name} is not settled yet.`);
}

async function readCandidate({ ports, secret }: Step): Promise<SecretValue | undefined> {
  const staged = holderOf(secret.versions, candidate);
  if (staged === undefined || isRejected(secret.versions, staged)) return undefined;
  return parseValue(await ports.store.read(secret.arn, staged));
}

/**
 * The same value as a new version: the rotation succeeds, the schedule continues, and nobody is paged for what only a
 * person
 * can do. Its consumers are not rolled.
 */
async function renew(step: Step, now: SecretValue): Promise<void> {
  const { ports, secret } = step;
  if (secret.tags[valueSinceTag] === undefined) {
    await ports.store.tag(secret.arn, valueSinceTag, new Date(await valueSince(step)).toISOString());
  }
  await write(step, now);
}

async function write({ ports, secret, token }: Step, value: SecretValue): Promise<void> {
  // `taken`: another call of this step was first, and its value stays.
  const put = await putVersion(ports.store, secret.arn, { token, text: JSON.stringify(value), label: pending });
  if (put === "full") {
    const text = `${secret.name} has the 20 staging labels that AWS allows: remove one that nobody needs.`;
    throw new RotationError("unfinished", text);
  }
}

async function valueSince({ ports, secret, currentId }: Step): Promise<number> {
  const known = Date.parse(secret.tags[valueSinceTag] ?? "");
  if (Number.isFinite(known)) return known;
  return (await ports.store.createdAt(secret.arn, currentId)) ?? secret.createdAt;
}

async function ask({ ports, entry, token }: Step, outcome: Outcome, text: string, remedy: string): Promise<void> {
  const { key: secret, services } = entry;
  await ports.announcer.announce({ outcome, secret, versionId: token, services, text, remedy });
}
