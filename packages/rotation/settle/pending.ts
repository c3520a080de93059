import { isRejected } from "../labels.ts";
import type { Action } from "./action.ts";
import type { SecretObservation } from "./observation.ts";
import { isInUse } from "./settling.ts";
import { timing } from "./timing.ts";

/**
 * AWSPENDING on a version that is not current makes Secrets Manager refuse the next rotation, and with it a deploy that
 * changes the schedule. It belongs there only while a rotation is in progress.
 */
export function planPending(secret: SecretObservation, now: number): readonly Action[] {
  const { key, pending, currentId, settledId, previousId, versions, settling } = secret;
  if (pending === undefined || pending.id === currentId) return [];
  const { id: versionId, createdAt = now } = pending;
  const age = now - createdAt;
  // It was current once: its rotation is over, and its credential is revoked with the others.
  if (versionId === settledId || versionId === previousId) return [{ kind: "unblock", secret: key, versionId }];
  if (isRejected(versions, versionId)) {
    const isSettled = settledId === currentId && (settling === undefined || isInUse(settling));
    if (isSettled) return [{ kind: "discard", secret: key, versionId }];
    return age < timing.pendingRejected ? [] : [{ kind: "abandon", secret: key, versionId }];
  }
  if (pending.isEmpty && age >= timing.pendingEmpty) return [{ kind: "unblock", secret: key, versionId }];
  if (age >= timing.pendingStale) {
    return [{ kind: "reject", secret: key, versionId, reason: "its rotation did not end within a day" }];
  }
  const reason = "a rotation is making its next value; the log of rotate-secret shows what that waits for";
  return [{ kind: "wait", secret: key, reason, began: createdAt }];
}
