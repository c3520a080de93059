import { isRejected } from "../labels.ts";
import type { Action } from "./action.ts";
import type { Observation, SecretObservation, ServiceObservation } from "./observation.ts";
import { planPending } from "./pending.ts";
import type { Settling } from "./settling.ts";
import { standingOf } from "./standing.ts";
import { timing } from "./timing.ts";

/** What to do about all secrets in this state; possibly nothing. Pure. */
export function plan({ now, secrets, services }: Observation): readonly Action[] {
  const actions = secrets.flatMap((secret) => [...planPending(secret, now), ...planCurrent(secret, services, now)]);
  return mergeRolls(actions, secrets, now);
}

type Unsettled = SecretObservation & { readonly settling: Settling };

function planCurrent(
  secret: SecretObservation,
  services: readonly ServiceObservation[],
  now: number,
): readonly Action[] {
  const { key, settling, settledId, currentId } = secret;
  if (settling === undefined && settledId === currentId) return [];
  if (settling?.versionId !== currentId) return [record(secret, now)];
  const unsettled: Unsettled = { ...secret, settling };
  if (isRejected(secret.versions, currentId)) return [planRestore(unsettled)];
  if (settling.phase === "unchanged") {
    return [{ kind: "revoke", secret: key, versionId: currentId, outcome: "unchanged" }];
  }
  if (settling.phase === "revoking") {
    const isRestored = secret.previousId !== undefined && isRejected(secret.versions, secret.previousId);
    return [{ kind: "revoke", secret: key, versionId: currentId, outcome: isRestored ? "restored" : "settled" }];
  }
  if (secret.legacy) return [wait(secret, "its keys have their old names, which align-splunk rewrites first")];
  return planProof(unsettled, now) ?? planRollout(unsettled, services, now);
}

function record(secret: SecretObservation, now: number): Action {
  const { key, settling, settledId, currentId, currentCreatedAt, pending } = secret;
  // The first time, a value set by hand counts from when it was set: services that started later have it.
  const first = settling === undefined && settledId === undefined && pending?.id !== currentId;
  const from = first && currentCreatedAt !== undefined ? currentCreatedAt : now;
  const phase = secret.unchanged && settling === undefined ? "unchanged" : "rolling";
  return { kind: "record", secret: key, versionId: currentId, since: from + timing.readLag, phase };
}

/** `undefined` if the value works. */
function planProof(secret: Unsettled, now: number): readonly Action[] | undefined {
  const { key, currentId, settledId, settling, proofs, propagationMs } = secret;
  const proof = proofs[currentId];
  if (proof === undefined) return [{ kind: "prove", secret: key, versionId: currentId }];
  switch (proof.verdict) {
    case "accepted":
      return undefined;
    case "undecided":
      return [wait(secret, proof.reason)];
    case "rejected": {
      const until = settling.since + propagationMs;
      if (now < until) return [{ ...wait(secret, proof.reason), until }];
      if (currentId === settledId) return [stuck(secret, proof.reason)];
      return [{ kind: "reject", secret: key, versionId: currentId, reason: proof.reason }];
    }
  }
}

function planRollout(secret: Unsettled, services: readonly ServiceObservation[], now: number): readonly Action[] {
  const { key, currentId, settledId, previousId, versions, settling } = secret;
  const rollFrom = settling.since + timing.clockSkew;
  if (now < rollFrom) return [{ ...wait(secret, "reads may still return the previous version"), until: rollFrom }];
  const consumers = services.filter(({ name }) => secret.services.includes(name));
  const at = (wanted: ReturnType<typeof standingOf>) =>
    consumers.filter((service) => standingOf(service, settling.since) === wanted).map(({ name }) => name);
  const failed = at("failed");
  if (failed.length > 0) {
    const reason = `the rollout of ${failed.join(", ")} failed on it`;
    if (currentId === settledId) return [stuck(secret, `${reason}, though it is a value that worked before`)];
    return [{ kind: "reject", secret: key, versionId: currentId, reason }];
  }
  const stale = at("stale");
  if (stale.length > 0) {
    return stale.map((service) => ({ kind: "roll", service, secrets: [key], since: settling.since }));
  }
  const unready = [...at("rolling"), ...at("draining")];
  if (unready.length > 0) return [wait(secret, `${unready.join(", ")} not yet fully on it`)];
  const restored = currentId === settledId && previousId !== undefined && isRejected(versions, previousId);
  return [{ kind: "revoke", secret: key, versionId: currentId, outcome: restored ? "restored" : "settled" }];
}

/** The version to go back to is tested before it becomes current: it may be bad, too. */
function planRestore(secret: Unsettled): Action {
  const { key, currentId, proofs } = secret;
  const good = lastGood(secret);
  if (good === undefined) return stuck(secret, "there is no earlier version to go back to");
  const proof = proofs[good];
  if (proof === undefined) return { kind: "prove", secret: key, versionId: good };
  switch (proof.verdict) {
    case "accepted":
      return { kind: "restore", secret: key, from: currentId, to: good };
    case "undecided":
      return wait(secret, proof.reason);
    case "rejected":
      return stuck(secret, `neither it nor the previous version is accepted: ${proof.reason}`);
  }
}

/** The settled version; before the first was settled, the previous one. */
export function lastGood({
  settledId,
  previousId,
  currentId,
  versions,
}: Pick<SecretObservation, "settledId" | "previousId" | "currentId" | "versions">): string | undefined {
  return [settledId, previousId].find((id) => id !== undefined && id !== currentId && !isRejected(versions, id));
}

function stuck(secret: Unsettled, reason: string): Action {
  if (secret.settling.phase === "stuck") return wait(secret, reason);
  return { kind: "report", secret: secret.key, versionId: secret.currentId, reason };
}

function wait({ key }: SecretObservation, reason: string) {
  return { kind: "wait", secret: key, reason } as const;
}

/** A service rolls once for all of its secrets, and not before each of them is ready for it. */
function mergeRolls(actions: readonly Action[], secrets: readonly SecretObservation[], now: number): readonly Action[] {
  const rolls = new Map<string, Action & { readonly kind: "roll" }>();
  for (const action of actions) {
    if (action.kind !== "roll") continue;
    const other = rolls.get(action.service);
    rolls.set(action.service, {
      ...action,
      secrets: [...(other?.secrets ?? []), ...action.secrets],
      since: Math.max(other?.since ?? 0, action.since),
    });
  }
  const held = (service: string) =>
    secrets.some((secret) => secret.services.includes(service) && (isFresh(secret, now) || isDoubtful(secret)));
  const due = [...rolls.values()].filter(({ service }) => !held(service));
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
