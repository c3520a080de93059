import type { Issuer, Revocation } from "../issuers/index.ts";
import {
  aligning,
  candidate,
  current,
  holderOf,
  isRejected,
  pending,
  settled,
  settlingTag,
  valueSinceTag,
} from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import type { SecretDescription, SecretVersion } from "../ports.ts";
import { parseValue, placeholdersIn, type SecretValue, sameText, sameValue } from "../value.ts";
import type { Action } from "./action.ts";
import type { SettlePorts } from "./ports.ts";
import { type Phase, readSettling, writeSettling } from "./settling.ts";
import { tell } from "./tell.ts";

type Settlement = Action & { readonly kind: "revoke" };

/**
 * Revokes what came before, in an order that is safe to interrupt anywhere: credentials, notice, label, and last the
 * tag that
 * brings the planner back here.
 */
export async function revoke(
  entry: SecretEntry,
  { versionId, outcome }: Settlement,
  ports: SettlePorts,
): Promise<"done" | "unfinished"> {
  const { store, clock } = ports;
  const secret = await store.describe(entry.id);
  if (holderOf(secret.versions, current) !== versionId) return "done";
  if ((await handOver(secret, { versionId, outcome }, ports)) === "overtaken") return "done";
  if (outcome !== "unchanged") {
    const revocation = await revokeOthers(entry, await store.describe(entry.id), ports);
    if (revocation.kind === "unfinished") return "unfinished";
    const since = readSettling(secret.tags[settlingTag])?.since ?? clock.now();
    if (outcome === "settled") await store.tag(secret.arn, valueSinceTag, new Date(since).toISOString());
    await tell(entry, outcome, versionId, wordsFor(secret.name, outcome, revocation), ports);
  }
  await dropUsedCandidate(entry, secret, versionId, ports);
  await store.untag(secret.arn, settlingTag);
  return "done";
}

/** From here on it is the version to go back to, and those before it are not: they may be void at any moment. */
async function handOver(
  { arn, versions, tags }: SecretDescription,
  { versionId, outcome }: Pick<Settlement, "versionId" | "outcome">,
  { store }: SettlePorts,
): Promise<"moved" | "overtaken"> {
  const settling = readSettling(tags[settlingTag]);
  if (settling?.versionId === versionId && settling.phase !== phaseOf[outcome]) {
    await store.tag(arn, settlingTag, writeSettling({ ...settling, phase: phaseOf[outcome] }));
  }
  const from = holderOf(versions, settled);
  if (from === versionId) return "moved";
  const move = { to: versionId, ...(from !== undefined && { from }) };
  return (await store.moveLabel(arn, settled, move)) === "moved" ? "moved" : "overtaken";
}

const phaseOf = { unchanged: "unchanged", settled: "revoking", restored: "restored" } as const satisfies Record<
  Settlement["outcome"],
  Phase
>;

/** A rejected version that never was current: its credential goes, and AWSPENDING with it. */
export async function discard(
  entry: SecretEntry,
  versionId: string,
  ports: SettlePorts,
): Promise<"done" | "unfinished"> {
  const { store } = ports;
  const secret = await store.describe(entry.id);
  const value = parseValue(await store.read(secret.arn, versionId));
  const retired = value === undefined ? [] : [value];
  const revocation = await ports.issuerOf(entry).revoke(retired, () => keptValues(entry, ports));
  if (revocation.kind === "unfinished") return "unfinished";
  await dropUsedCandidate(entry, secret, versionId, ports);
  const text = `A rotation of ${secret.name} was abandoned: its new value was not accepted. The value in use stays.`;
  const remedy = "Rotate again with `aws secretsmanager rotate-secret`, or wait for the next schedule.";
  await tell(entry, "given-up", versionId, { text, remedy: `${byHand(revocation)}${remedy}` }, ports);
  await store.moveLabel(secret.arn, pending, { from: versionId });
  return "done";
}

async function revokeOthers(entry: SecretEntry, secret: SecretDescription, ports: SettlePorts): Promise<Revocation> {
  const issuer: Issuer = ports.issuerOf(entry);
  const others = secret.versions.filter((version) => !isKept(version, secret.versions));
  const retired = (await readAll(secret.arn, others, ports)).filter(
    (value) => placeholdersIn(value, entry.placeholders).length === 0,
  );
  return issuer.revoke(retired, () => keptValues(entry, ports));
}

/** The current value first, then what a rotation or a person has on its way. Read again each time. */
async function keptValues(entry: SecretEntry, ports: SettlePorts): Promise<readonly SecretValue[]> {
  const { arn, versions } = await ports.store.describe(entry.id);
  const kept = versions.filter((version) => isKept(version, versions));
  return readAll(
    arn,
    kept.toSorted((a, b) => Number(b.labels.includes(current)) - Number(a.labels.includes(current))),
    ports,
  );
}

function isKept({ id, labels }: SecretVersion, versions: readonly SecretVersion[]): boolean {
  if (labels.includes(current)) return true;
  return [settled, pending, candidate, aligning].some((label) => labels.includes(label)) && !isRejected(versions, id);
}

async function readAll(
  arn: string,
  versions: readonly SecretVersion[],
  { store }: SettlePorts,
): Promise<readonly SecretValue[]> {
  const texts = await Promise.all(versions.map(({ id }) => store.read(arn, id)));
  return texts.map(parseValue).filter((value) => value !== undefined);
}

/** A candidate that was adopted, with whatever result, is no candidate for the next rotation. */
async function dropUsedCandidate(
  { id: secretId }: SecretEntry,
  { versions, arn }: SecretDescription,
  adoptedId: string,
  ports: SettlePorts,
): Promise<void> {
  const staged = holderOf(versions, candidate);
  if (staged === undefined) return;
  const [offered, adopted] = [await ports.store.read(arn, staged), await ports.store.read(arn, adoptedId)];
  const [part, whole] = [parseValue(offered), parseValue(adopted)];
  const same = part && whole ? sameValue({ ...whole, ...part }, whole) : sameText(offered, adopted);
  if (same) await ports.store.moveLabel(secretId, candidate, { from: staged });
}

function wordsFor(name: string, outcome: "settled" | "restored", revocation: Revocation) {
  const remedy = byHand(revocation).trim();
  const revoked = revocation.kind === "revoked" ? ", and the old one is revoked" : "";
  const text =
    outcome === "settled"
      ? `Every service that uses ${name} runs on its new value${revoked}.`
      : `${name} is back on its last good value, and so is every service that uses it.`;
  return { text, remedy };
}

function byHand(revocation: Revocation): string {
  return revocation.kind === "by-hand" ? `${revocation.remedy} ` : "";
}
