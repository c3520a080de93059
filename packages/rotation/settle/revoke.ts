import type { Revocation } from "../issuers/index.ts";
import {
  candidate,
  current,
  holderOf,
  pending,
  refusedTag,
  revoking,
  settled,
  settlingTag,
  valueSinceTag,
} from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import type { SecretDescription } from "../ports.ts";
import { parseValue, type SecretValue, sameText, sameValue } from "../value.ts";
import type { Action } from "./action.ts";
import { keptValues, retiredValues, sparedValues } from "./credentials.ts";
import { keep, NoRoom } from "./keep.ts";
import type { SettlePorts } from "./ports.ts";
import { type Phase, readSettling, writeSettling } from "./settling.ts";
import { tell } from "./tell.ts";

type Settlement = Action & { readonly kind: "revoke" };

export type RevocationEnd =
  | { readonly kind: "done" }
  /** The reason is for people. */
  | { readonly kind: "unfinished"; readonly reason: string };

export const done = { kind: "done" } as const;
const nothing = { kind: "none" } as const;

/**
 * Revokes what came before, in an order that is safe to interrupt anywhere: what is to go is marked and the current
 * version is the settled one; then credentials, notice, and last the tag that brings the planner back here.
 */
export async function revoke(
  entry: SecretEntry,
  { versionId, outcome }: Settlement,
  ports: SettlePorts,
): Promise<RevocationEnd> {
  const { store } = ports;
  const secret = await store.describe(entry.id);
  if (holderOf(secret.versions, current) !== versionId) return done;
  const handed = { versionId, outcome, oldest: oldestToGo(secret, versionId, outcome) };
  if ((await handOver(entry, secret, handed, ports)) === "overtaken") return done;
  if (outcome !== "unchanged") {
    const end = await revokeAndTell(entry, secret, { ...handed, outcome }, ports);
    if (end.kind === "unfinished") return end;
  }
  await dropUsedCandidate(entry, secret, versionId, ports);
  if (secret.tags[refusedTag] !== undefined) await store.untag(secret.arn, refusedTag);
  await store.untag(secret.arn, settlingTag);
  if (handed.oldest !== undefined) await store.moveLabel(secret.arn, revoking, { from: handed.oldest });
  return done;
}

interface HandOver<Outcome = Settlement["outcome"]> {
  readonly versionId: string;
  readonly outcome: Outcome;
  readonly oldest: string | undefined;
}

/**
 * Where what is to be revoked begins. Nothing is when the fleet settles a secret for the first time: what others made is
 * theirs. Decided before anything changes, as a read soon after the mark was set may not show it.
 */
function oldestToGo(
  { versions }: SecretDescription,
  versionId: string,
  outcome: Settlement["outcome"],
): string | undefined {
  if (outcome === "unchanged") return undefined;
  const marked = holderOf(versions, revoking);
  const good = holderOf(versions, settled);
  // Settled without a mark: a run died between settling it for the first time and saying so.
  return marked ?? (outcome === "settled" && good === versionId ? undefined : good);
}

async function revokeAndTell(
  entry: SecretEntry,
  secret: SecretDescription,
  { versionId, outcome, oldest }: HandOver<"settled" | "restored">,
  ports: SettlePorts,
): Promise<RevocationEnd> {
  const { store, clock } = ports;
  const { arn, name, tags } = secret;
  const retired = oldest === undefined ? undefined : await retiredValues(entry, secret, oldest, ports);
  const revocation = retired === undefined ? nothing : await revokeRetired(entry, retired, versionId, ports);
  if (revocation.kind === "unfinished") return revocation;
  const since = readSettling(tags[settlingTag])?.since ?? clock.now();
  if (outcome === "settled") await store.tag(arn, valueSinceTag, new Date(since).toISOString());
  const { text, remedy } = wordsFor(name, outcome, revocation);
  const spared = retired === undefined ? await sparedWords(entry, secret, ports) : "";
  await tell(entry, outcome, versionId, { text: `${text}${spared}`, remedy }, ports);
  return done;
}

/**
 * All consumers run on the current version: it is the one to go back to from here on. What came before is marked where it
 * begins, and stays so until all of it is revoked, whatever else becomes current meanwhile.
 */
async function handOver(
  entry: SecretEntry,
  { arn, versions, tags }: SecretDescription,
  { versionId, outcome, oldest }: HandOver,
  ports: SettlePorts,
): Promise<"done" | "overtaken"> {
  const { store } = ports;
  const settling = readSettling(tags[settlingTag]);
  if (settling?.versionId === versionId && settling.phase !== phaseOf[outcome]) {
    const isMarked = oldest === undefined || holderOf(versions, revoking) !== undefined;
    if (!isMarked && (await store.moveLabel(arn, revoking, { to: oldest })) === "full") {
      throw new NoRoom(`${entry.key} has as many labels as AWS allows: remove one that nobody needs.`);
    }
    await keep(entry, settlingTag, writeSettling({ ...settling, phase: phaseOf[outcome] }), ports);
  }
  const from = holderOf(versions, settled);
  if (from === versionId) return "done";
  const move = { to: versionId, ...(from !== undefined && { from }) };
  return (await store.moveLabel(arn, settled, move)) === "moved" ? "done" : "overtaken";
}

const phaseOf = { unchanged: "unchanged", settled: "revoking", restored: "restored" } as const satisfies Record<
  Settlement["outcome"],
  Phase
>;

/** A rejected version that never was current: AWSPENDING goes, and its credential if that is a matter of seconds. */
export async function discard(entry: SecretEntry, versionId: string, ports: SettlePorts): Promise<RevocationEnd> {
  const { store } = ports;
  const secret = await store.describe(entry.id);
  const value = parseValue(await store.read(secret.arn, versionId));
  const inUse = holderOf(secret.versions, settled);
  if (inUse === undefined) return done;
  const revocation = await revokeRetired(entry, value === undefined ? [] : [value], inUse, ports);
  const isLeft = revocation.kind === "unfinished";
  // The label would hold up the next rotation, and a deploy, for as long as the vendor takes: the sweep goes on instead.
  if (isLeft && !ports.issuerOf(entry).findsLeftovers) return revocation;
  await dropUsedCandidate(entry, secret, versionId, ports);
  const left = isLeft
    ? ` Its credential is still to be revoked, which is tried again daily: ${revocation.reason}.`
    : "";
  const text = `A rotation of ${secret.name} was abandoned: its new value was not accepted. The value in use stays.${left}`;
  const remedy = "Rotate again with `aws secretsmanager rotate-secret`, or wait for the next schedule.";
  await tell(entry, "given-up", versionId, { text, remedy: `${byHand(revocation)}${remedy}` }, ports);
  await store.moveLabel(secret.arn, pending, { from: versionId });
  return done;
}

/** With them goes what the issuer made and no value holds, of which people are told. */
export function revokeRetired(
  entry: SecretEntry,
  retired: readonly SecretValue[],
  inUse: string,
  ports: SettlePorts,
): Promise<Revocation> {
  const found = async (names: readonly string[]) => {
    const text = `No value of ${entry.id} holds ${names.join(", ")}, which a rotation made that was given up. What it left behind is being revoked.`;
    await tell(entry, "given-up", inUse, { text, remedy: "" }, ports);
  };
  return ports.issuerOf(entry).revoke(retired, () => keptValues(entry, inUse, ports), found);
}

/** A candidate that was adopted, with whatever result, is no candidate for the next rotation. */
async function dropUsedCandidate(
  { id: secretId }: SecretEntry,
  { versions, arn }: SecretDescription,
  adoptedId: string,
  { store }: SettlePorts,
): Promise<void> {
  const staged = holderOf(versions, candidate);
  if (staged === undefined) return;
  const [offered, adopted] = [await store.read(arn, staged), await store.read(arn, adoptedId)];
  const [part, whole] = [parseValue(offered), parseValue(adopted)];
  const same = part && whole ? sameValue({ ...whole, ...part }, whole) : sameText(offered, adopted);
  if (same) await store.moveLabel(secretId, candidate, { from: staged });
}

async function sparedWords(entry: SecretEntry, secret: SecretDescription, ports: SettlePorts): Promise<string> {
  const spared = await sparedValues(entry, secret, ports);
  const names = spared.length === 0 ? [] : await ports.issuerOf(entry).names(spared);
  if (names.length === 0) return "";
  return ` It is the first that the fleet settled, so what was there before is left alone; at any other time it would have revoked ${names.join(", ")}.`;
}

function wordsFor(name: string, outcome: "settled" | "restored", revocation: Revocation) {
  const text =
    outcome === "settled"
      ? `Every service that uses ${name} runs on its new value${endOf(revocation)}`
      : `${name} is back on its last good value, and so is every service that uses it.`;
  return { text, remedy: byHand(revocation).trim() };
}

function endOf(revocation: Revocation): string {
  switch (revocation.kind) {
    case "revoked": {
      const { names } = revocation;
      return names.length > 1
        ? `, and the old ones are revoked: ${names.join(", ")}.`
        : ", and the old one is revoked.";
    }
    case "by-hand":
      return ". The old one could not be revoked: by hand.";
    case "none":
    case "unfinished":
      return ".";
  }
}

function byHand(revocation: Revocation): string {
  return revocation.kind === "by-hand" ? `${revocation.remedy} ` : "";
}
