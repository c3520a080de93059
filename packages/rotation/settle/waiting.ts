import type { Action, SecretAction } from "./action.ts";
import type { Observation, SecretObservation } from "./observation.ts";
import { timing } from "./timing.ts";

/** Actions that this run tried in vain, and why. */
export type Parked = ReadonlyMap<string, string>;

export function nameOf(action: SecretAction): string {
  return `${action.kind} ${action.secret} ${action.versionId}`;
}

/** What was tried in vain waits for the next run, with the reason. Pure, as is all of this. */
export function waitForParked(actions: readonly Action[], parked: Parked): readonly Action[] {
  return actions.flatMap((action): readonly Action[] => {
    if (action.kind === "wait") return [action];
    const reason = parked.get(action.kind === "roll" ? action.service : nameOf(action));
    if (reason === undefined) return [action];
    const secrets = action.kind === "roll" ? action.secrets : [action.secret];
    return secrets.map((secret) => ({ kind: "wait", secret, reason }));
  });
}

/** No wait is silent: people are notified once it is long, again from time to time, and when it is over. */
export function planReminders(actions: readonly Action[], { now, secrets }: Observation): readonly Action[] {
  return secrets.flatMap((secret): readonly Action[] => {
    const { key, currentId: versionId, remindedAt, settling } = secret;
    const own = actions.filter((action) =>
      action.kind === "roll" ? action.secrets.includes(key) : action.secret === key,
    );
    const wait = longest(own, secret);
    if (wait === undefined) {
      const isOver = remindedAt !== undefined && settling === undefined && own.length === 0;
      return isOver ? [{ kind: "resume", secret: key, versionId }] : [];
    }
    const isDue = remindedAt === undefined || now >= remindedAt + timing.remindAgain;
    if (now < wait.began + timing.remindFirst || !isDue) return [];
    return [{ kind: "remind", secret: key, versionId, ...wait }];
  });
}

interface Waiting {
  readonly reason: string;
  readonly began: number;
}

function longest(own: readonly Action[], { settling }: SecretObservation): Waiting | undefined {
  const rolls = own.filter(({ kind }) => kind === "roll").length;
  const waits = own.flatMap((action): readonly Waiting[] => {
    if (action.kind !== "wait") return [];
    const began = action.began ?? settling?.since;
    return began === undefined ? [] : [{ reason: action.reason, began }];
  });
  if (rolls > 0 && settling !== undefined) {
    waits.push({ reason: `${rolls} of its services have yet to be rolled`, began: settling.since });
  }
  return waits.toSorted((a, b) => a.began - b.began)[0];
}
