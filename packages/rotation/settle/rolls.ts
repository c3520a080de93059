import { isRejected } from "../labels.ts";
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
  const holders = secrets.filter((secret) => isFresh(secret, now) || isDoubtful(secret, now) || isGoingBack(secret));
  const merged = [...rolls.values()].flatMap((roll): readonly Action[] => {
    const holder = holders.find(({ services }) => services.includes(roll.service));
    if (holder === undefined) return [roll];
    const reason = `${roll.service} is not rolled before it is known whether the value of ${holder.key} works`;
    return roll.secrets.map((secret) => ({ kind: "wait", secret, reason }));
  });
  return [...actions.filter(({ kind }) => kind !== "roll"), ...merged];
}

/** Known to be bad, and about to be put back: no task is to start on it meanwhile. */
export function isGoingBack({ versions, currentId, settling }: SecretObservation): boolean {
  return isRejected(versions, currentId) && settling?.phase !== "stuck";
}

/** First seen a moment ago: whether its value works will be known soon. */
function isFresh({ settling, currentId, settledId }: SecretObservation, now: number): boolean {
  if (settling === undefined) return settledId !== currentId;
  return settling.versionId !== currentId || (settling.phase === "rolling" && now < settling.since + timing.clockSkew);
}

/**
 * Tasks that start now would read it too, whichever secret they roll for. One that cannot be tested at the moment,
 * or that waits for a person, does not block others, nor does any for long.
 */
function isDoubtful({ settling, currentId, proofs, propagationMs }: SecretObservation, now: number): boolean {
  if (settling?.versionId !== currentId || settling.phase !== "rolling") return false;
  if (now >= settling.since + propagationMs + timing.doubt) return false;
  const verdict = proofs[currentId]?.verdict;
  return verdict === undefined || verdict === "rejected";
}
