import {
  aligning,
  current,
  holderOf,
  isKeptLabel,
  isRejected,
  paceTag,
  pending,
  previous,
  revoking,
  settled,
  sweepTag,
  valueSinceTag,
} from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import type { ListedSecret } from "../ports.ts";
import type { Memory, SettlePorts } from "./ports.ts";

/** Notes that stay on a secret of which nothing is to be done. */
const quiet: readonly string[] = [paceTag, sweepTag, valueSinceTag];
/** Of those at rest whose order of versions this process has not seen yet, so many are looked at in a run. */
const unprovenAtOnce = 20;

/**
 * Keys of the secrets that a list of a hundred a call shows at rest, so that they need no look of their own. The list is
 * up to five minutes late: what woke the planner, and what it left unfinished, is looked at whatever the list says.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export async function findResting(
  entries: readonly SecretEntry[],
  { store, log }: SettlePorts,
  memory: Memory,
): Promise<ReadonlySet<string>> {
  try {
    memory.listed = await store.list(entries.map(({ id }) => id));
  } catch (error) {
    // Each is looked at then.
    log({ level: "warn", message: `Secrets cannot be listed: ${error instanceof Error ? error.name : "failed"}` });
    memory.listed = new Map();
  }
  const { woken, learned, listed } = memory;
  const resting = entries.flatMap((entry) => {
    const secret = listed.get(entry.id);
    const isCalled = woken.includes(entry.id) || entry.services.some((service) => woken.includes(service));
    if (secret === undefined || isCalled || learned.restless.has(entry.key) || !isAtRest(secret)) return [];
    return [{ key: entry.key, secret }];
  });
  const unproven = resting
    .filter(({ secret }) => !isInOrder(secret, learned.inOrder))
    .toSorted((one, other) => other.secret.changedAt - one.secret.changedAt)
    .slice(0, unprovenAtOnce);
  return new Set(resting.filter((one) => !unproven.includes(one)).map(({ key }) => key));
}

function isAtRest({ versions, tags }: ListedSecret): boolean {
  const currentId = holderOf(versions, current);
  const pendingId = holderOf(versions, pending);
  const isNoted = Object.keys(tags).some((name) => name.startsWith("mcp-fleet:") && !quiet.includes(name));
  const isMoving = [aligning, revoking].some((label) => holderOf(versions, label) !== undefined);
  const isPending = pendingId !== undefined && pendingId !== currentId;
  return currentId !== undefined && holderOf(versions, settled) === currentId && !isNoted && !isMoving && !isPending;
}

/** That the version before is not one that was current for a moment since: only the dates of versions tell. */
function isInOrder({ versions }: ListedSecret, inOrder: ReadonlySet<string>): boolean {
  const before = versions.find(({ labels }) => labels.includes(previous));
  if (before === undefined || before.labels.some(isKeptLabel) || isRejected(versions, before.id)) return true;
  return inOrder.has(`${before.id} ${holderOf(versions, current)}`);
}
