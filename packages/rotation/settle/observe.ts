import { isLegacy } from "../align/reading.ts";
import {
  current,
  holderOf,
  isKeptLabel,
  isRejected,
  pending,
  previous,
  rejectedLabel,
  remindedTag,
  revoking,
  settled,
  settlingTag,
} from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import type { SecretDescription } from "../ports.ts";
import { sameText } from "../value.ts";
import { leavingOf, observeCluster } from "./cluster.ts";
import type { Observation, PendingVersion, SecretObservation } from "./observation.ts";
import { lastGood } from "./plan.ts";
import type { Memory, SettlePorts } from "./ports.ts";
import { findResting } from "./resting.ts";
import { readSettling } from "./settling.ts";
import { timing } from "./timing.ts";

/**
 * Reads the secrets that are not at rest, their services, and the other secrets of these: what fails in a service may be
 * any one's fault. A stable fleet costs a call for a hundred secrets.
 */
export async function observe(ports: SettlePorts, memory: Memory): Promise<Observation> {
  const entries = ports.map.secrets.filter((entry) => !memory.unseen.has(entry.key) && isLookedAfter(entry));
  const resting = await findResting(entries, ports, memory);
  const found = new Map<SecretEntry, readonly [SecretObservation, SecretDescription] | undefined>();
  let next = entries.filter(({ key }) => !resting.has(key));
  while (next.length > 0) {
    for (const entry of next) found.set(entry, await lookAt(entry, ports, memory));
    const restless = [...found].filter(([{ key }, one]) => memory.unseen.has(key) || (one && !isSettled(one[0])));
    const moving = new Set(restless.flatMap(([{ services }]) => services));
    next = entries.filter((entry) => !found.has(entry) && entry.services.some((service) => moving.has(service)));
  }
  const read = entries.flatMap((entry) => {
    const one = found.get(entry);
    return one === undefined ? [] : [one];
  });
  const seen = read.map(([secret]) => secret);
  for (const secret of seen) memory.learned.restless[isSettled(secret) ? "delete" : "add"](secret.key);
  const cluster = await observeCluster(ports, memory, seen);
  const secrets: SecretObservation[] = [];
  for (const [secret, { arn }] of read) {
    secrets.push({ ...secret, leaving: await leavingOf(secret, arn, cluster, ports, memory) });
  }
  return { now: ports.clock.now(), secrets, services: cluster.services, unreadable: cluster.unreadable };
}

async function lookAt(
  entry: SecretEntry,
  ports: SettlePorts,
  memory: Memory,
): Promise<readonly [SecretObservation, SecretDescription] | undefined> {
  try {
    const secret = await ports.store.describe(entry.id);
    const seen = await observeSecret(ports, memory, entry, secret);
    return seen && [seen, secret];
  } catch (error) {
    // A failure with one secret does not stop the others.
    memory.unseen.add(entry.key);
    note(error, entry.key, ports, memory);
    return undefined;
  }
}

function isSettled({ settling, settledId, currentId, pending: next, remindedAt, disturbedBy }: SecretObservation) {
  const isDone = settling === undefined && settledId === currentId && disturbedBy === undefined;
  return isDone && next === undefined && remindedAt === undefined;
}

/** The planner ignores a secret that no service uses and nobody issues, such as an administrator's. */
function isLookedAfter({ services, rotation }: SecretEntry): boolean {
  return services.length > 0 || !("declined" in rotation);
}

/** Logs what failed, which fails the run once everything else is done. */
export function note(error: unknown, key: string, { log }: SettlePorts, memory: Memory): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  log({ level: "error", secret: key, name, message });
  memory.failures.push(new Error(`${key}: ${name}: ${message}`, { cause: error }));
}

type Ids = Pick<SecretObservation, "versions" | "currentId" | "settledId" | "previousId" | "settling">;

async function observeSecret(
  ports: SettlePorts,
  memory: Memory,
  entry: SecretEntry,
  secret: SecretDescription,
): Promise<SecretObservation | undefined> {
  const versions = secret.versions.map(({ id, labels }) => ({
    id,
    labels: memory.rejected.has(id) ? [...labels, rejectedLabel(id)] : labels,
  }));
  const currentId = holderOf(versions, current);
  // Nothing to settle: it has no value yet.
  if (currentId === undefined) return undefined;
  const ids: Ids = {
    versions,
    currentId,
    settledId: holderOf(versions, settled),
    previousId: holderOf(versions, previous),
    settling: readSettling(secret.tags[settlingTag]),
  };
  const isUnrecorded = ids.settling === undefined && ids.settledId === undefined;
  const remindedAt = Date.parse(secret.tags[remindedTag] ?? "");
  const disturbedBy = await disturbance(ids, secret, ports, memory);
  const isStable = ids.settling === undefined && ids.settledId === currentId && disturbedBy === undefined;
  return {
    ...ids,
    key: entry.key,
    services: entry.services,
    pending: await observePending(ids, secret, ports),
    currentCreatedAt: isUnrecorded ? await ports.store.createdAt(secret.arn, currentId) : undefined,
    disturbedBy,
    propagationMs: ports.issuerOf(entry).propagationMs,
    unproven: entry.unproven,
    proofs: memory.proofs.get(entry.key) ?? {},
    remindedAt: Number.isFinite(remindedAt) ? remindedAt : undefined,
    leaving: [],
    ...(isStable ? untouched : await lookInside(ports, memory, entry, secret, ids)),
  };
}

async function observePending(
  { versions, currentId, settledId }: Ids,
  { arn }: SecretDescription,
  { store, clock }: SettlePorts,
): Promise<PendingVersion | undefined> {
  const id = holderOf(versions, pending);
  if (id === undefined || id === currentId) return undefined;
  const createdAt = await store.createdAt(arn, id);
  const isOld = createdAt !== undefined && clock.now() >= createdAt + timing.pendingEmpty;
  const isEmpty = isOld && settledId !== currentId && (await store.read(arn, id)) === undefined;
  return { id, createdAt, isEmpty };
}

/**
 * The version that was current for a moment before the settled one was made current again by hand. What came before a
 * settled version is older than it, or was rejected.
 */
async function disturbance(
  { versions, currentId, settledId, previousId }: Ids,
  { arn }: SecretDescription,
  { store }: SettlePorts,
  { learned: { inOrder } }: Memory,
): Promise<string | undefined> {
  const before = versions.find(({ id }) => id === previousId);
  if (settledId !== currentId || before === undefined || before.labels.some(isKeptLabel)) return undefined;
  if (isRejected(versions, before.id)) return undefined;
  const pair = `${before.id} ${currentId}`;
  if (inOrder.has(pair)) return undefined;
  const history = (await store.history(arn)).map(({ id }) => id);
  if (history.indexOf(before.id) > history.indexOf(currentId)) return before.id;
  inOrder.add(pair);
  return undefined;
}

type Inside = Pick<SecretObservation, "unchanged" | "legacy" | "unreadable" | "isGoing">;
const untouched: Inside = { unchanged: true, legacy: false, unreadable: undefined, isGoing: false };

async function lookInside(
  ports: SettlePorts,
  memory: Memory,
  entry: SecretEntry,
  secret: SecretDescription,
  ids: Ids,
): Promise<Inside> {
  try {
    return await compare(ports, entry, secret, ids);
  } catch (error) {
    // Such as a key that the function may not use: people are notified as of any other wait.
    note(error, entry.key, ports, memory);
    const { name } = error instanceof Error ? error : new Error();
    return { unchanged: false, legacy: false, isGoing: false, unreadable: `its value cannot be read (${name})` };
  }
}

async function compare(ports: SettlePorts, entry: SecretEntry, { arn }: SecretDescription, ids: Ids): Promise<Inside> {
  const read = async (id: string | undefined) => (id === undefined ? undefined : ports.store.read(arn, id));
  const good = lastGood(ids);
  const now = await read(ids.currentId);
  const isFirst = good === undefined && ids.settledId === undefined;
  const isSame = !isFirst && sameText(now, await read(good));
  // A task may have started on a value in between.
  const between = ids.previousId === good ? now : await read(ids.previousId);
  const unchanged = isFirst || (isSame && sameText(now, between));
  const isGoing = !unchanged && (await isHandedOver(ports, entry, arn, ids, now));
  return { unchanged, legacy: isLegacy(now ?? "", entry), unreadable: undefined, isGoing };
}

/** A person put back a value whose revocation has begun: it may be accepted still, and is void soon. */
async function isHandedOver(
  ports: SettlePorts,
  entry: SecretEntry,
  arn: string,
  { versions, currentId, settledId }: Ids,
  now: string | undefined,
): Promise<boolean> {
  const mark = holderOf(versions, revoking);
  if (mark === undefined || settledId === currentId || !ports.issuerOf(entry).findsLeftovers) return false;
  if (settledId !== undefined && sameText(now, await ports.store.read(arn, settledId))) return false;
  const history = await ports.store.history(arn);
  const since = history.slice(history.findIndex(({ id }) => id === mark)).filter(({ id }) => id !== currentId);
  for (const { id } of since) if (sameText(now, await ports.store.read(arn, id))) return true;
  return false;
}
