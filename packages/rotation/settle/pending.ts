import { isRejected } from "../labels.ts";
import type { Action } from "./action.ts";
import type { SecretObservation } from "./observation.ts";
import { timing } from "./timing.ts";

/**
 * AWSPENDING on a version that is not current makes Secrets Manager refuse the next rotation. It belongs there only
 * while a rotation is in progress.
 */
export function planPending(secret: SecretObservation, now: number): readonly Action[] {
  const { key, pending, currentId, settledId, previousId, versions, settling } = secret;
  if (pending === undefined || pending.id === currentId) return [];
  const versionId = pending.id;
  // It was current once: its rotation is over, and its credential is revoked with the others.
  if (versionId === settledId || versionId === previousId) return [{ kind: "unblock", secret: key, versionId }];
  if (isRejected(versions, versionId)) {
    const settled = (settling === undefined || settling.phase === "revoking") && settledId === currentId;
    return settled ? [{ kind: "discard", secret: key, versionId }] : [];
  }
  if (pending.createdAt === undefined || now - pending.createdAt < timing.pendingStale) return [];
  return [{ kind: "reject", secret: key, versionId, reason: "its rotation did not end within a day" }];
}
