import type { Action, Roll } from "./action.ts";
import type { SecretObservation } from "./observation.ts";
import { timing } from "./timing.ts";

/** A service rolls once for all of its secrets, and not before each of them is ready for it. */
export function mergeRolls(
  actions: readonly Action[],
  secrets: readonly SecretObservation[],
  now: number,
): readonly Action[] {
  const rolls = new Map<string, Roll>();
  for (const action of actions) {
    if (action.kind !== "roll") continue;
    const other = rolls.get(action.service);
    rolls.set(action.service, {
      ...action,
      secrets: [...(other?.secrets ?? []), ...action.secrets],
      since: Math.max(other?.since ?? 0, action.since),
    });
  }
  const held = new Set(
    secrets.filter((secret) => isFresh(secret, now) || isDoubtful(secret)).flatMap(({ services }) => services),
  );
  const due = [...rolls.values()].filter(({ service }) => !held.has(service));
  return [...actions.filter(({ kind }) => kind !== "roll"), ...due];
}

/** First seen a moment ago: whether its value works will be known soon. */
function isFresh({ settling, currentId, settledId }: SecretObservation, now: number): boolean {
  if (settling === undefined) return settledId !== currentId;
  return settling.versionId !== currentId || (settling.phase === "rolling" && now < settling.since + timing.clockSkew);
}

/**
 * Tasks that start now would read it too, whichever secret they roll for. One that cannot be tested at the moment,
 * or that waits for a person, does not block others.
 */
function isDoubtful({ settling, currentId, proofs }: SecretObservation): boolean {
  if (settling?.versionId !== currentId || settling.phase !== "rolling") return false;
  const verdict = proofs[currentId]?.verdict;
  return verdict === undefined || verdict === "rejected";
}
