import { isRejected } from "../labels.ts";
import type { Action, Wait } from "./action.ts";
import type { Observation, SecretObservation, ServiceObservation } from "./observation.ts";
import { planPending } from "./pending.ts";
import { verdictOn } from "./proof.ts";
import { mergeRolls } from "./rolls.ts";
import type { Settling } from "./settling.ts";
import { type Standing, standingOf } from "./standing.ts";
import { timing } from "./timing.ts";

/** What to do about all secrets in this state; possibly nothing. Pure. */
export function plan(seen: Observation): readonly Action[] {
  const { now, secrets } = seen;
  const actions = secrets.flatMap((secret) => [...planPending(secret, now), ...planCurrent(secret, seen)]);
  return mergeRolls(actions, secrets, now);
}

type Unsettled = SecretObservation & { readonly settling: Settling };

function planCurrent(secret: SecretObservation, seen: Observation): readonly Action[] {
  const { key, settling, settledId, currentId: versionId } = secret;
  if (settling === undefined && settledId === versionId && secret.disturbedBy === undefined) return [];
  if (settling?.versionId !== versionId) return [record(secret, seen.now)];
  if (secret.unreadable !== undefined) return [wait(secret, secret.unreadable)];
  const unsettled: Unsettled = { ...secret, settling };
  if (isRejected(secret.versions, versionId)) return [planRestore(unsettled, seen.now)];
  switch (settling.phase) {
    case "unchanged":
      return [{ kind: "revoke", secret: key, versionId, outcome: "unchanged" }];
    case "revoking":
      return [{ kind: "revoke", secret: key, versionId, outcome: "settled" }];
    case "restored":
      return [{ kind: "revoke", secret: key, versionId, outcome: "restored" }];
    case "rolling":
    case "stuck":
      // What was current for a moment is revoked with this, so nobody is to go back to it.
      if (secret.disturbedBy !== undefined) return [pass(secret, secret.disturbedBy)];
      if (secret.isGoing) {
        return [
          { kind: "reject", secret: key, versionId, reason: "its credential is being revoked, as it was replaced" },
        ];
      }
      if (secret.legacy) return [wait(secret, "its keys have their old names, which align-splunk rewrites first")];
      return planValue(unsettled, seen);
  }
}

function record(secret: SecretObservation, now: number): Action {
  const { key, settling, settledId, currentId, currentCreatedAt, pending } = secret;
  // The first time, a value set by hand counts from when it was set: services that started later have it.
  const first = settling === undefined && settledId === undefined && pending?.id !== currentId;
  const from = first && currentCreatedAt !== undefined ? currentCreatedAt : now;
  const phase = secret.unchanged && settling === undefined ? "unchanged" : "rolling";
  return { kind: "record", secret: key, versionId: currentId, since: from + timing.readLag, phase, isProven: false };
}

/** A value that cannot be proven rolls only where the map says so; nothing is revoked for it. */
function planValue(secret: Unsettled, seen: Observation): readonly Action[] {
  const { key, currentId: versionId, settledId, settling } = secret;
  const spread = settling.since + secret.propagationMs;
  const verdict = verdictOn(secret, versionId, spread, seen.now);
  switch (verdict.kind) {
    case "accepted":
      return planRollout(secret, seen, {
        kind: "revoke",
        secret: key,
        versionId,
        outcome: versionId === settledId ? "restored" : "settled",
      });
    case "rejected":
      if (versionId === settledId) return [stuck(secret, verdict.reason)];
      return [{ kind: "reject", secret: key, versionId, reason: verdict.reason }];
    case "unproven": {
      const { next, known } = verdict;
      if (secret.unproven !== "roll" || known === undefined || seen.now < spread) return [next];
      const runs = "its services run on it unproven, so the old one is not revoked";
      return planRollout(secret, seen, next.kind === "wait" ? { ...next, reason: `${runs}: ${known}` } : next);
    }
  }
}

/** @param then what follows once all of its consumers run on it */
function planRollout(secret: Unsettled, { services, unreadable, now }: Observation, then: Action): readonly Action[] {
  const { key, currentId, settledId, settling, leaving } = secret;
  const { since } = settling;
  const rollFrom = since + timing.clockSkew;
  if (now < rollFrom) return [wait(secret, "reads may still return the previous version", rollFrom)];
  const consumers = services.filter(({ name }) => secret.services.includes(name));
  const standings = new Map(consumers.map((service) => [service.name, standingOf(service, { since, now })]));
  const at = (...wanted: readonly Standing[]) =>
    [...standings].flatMap(([name, standing]) => (wanted.includes(standing) ? [name] : []));

  const roll = (service: string) => ({ kind: "roll", service, secrets: [key], since }) as const;
  const failed = at("failed");
  if (failed.length > 0) {
    const reason = `the rollout of ${failed.join(", ")} failed on it`;
    if (currentId === settledId) {
      const again = consumers.filter((service) => failed.includes(service.name) && isDown(service, now));
      return [
        stuck(secret, `${reason}, though it is a value that worked before`),
        ...again.map(({ name }) => roll(name)),
      ];
    }
    return [{ kind: "reject", secret: key, versionId: currentId, reason }];
  }
  const rolls = at("stale").map(roll);
  const reasons = [
    clause(at("rolling"), "not yet fully on it"),
    clause(at("draining"), "tasks on the old value have not ended"),
    clause(at("deploying"), "another task definition is being deployed, which comes first"),
    clause(at("broken"), "its own deployment failed, whatever the value: deploy a working one"),
    secret.services.flatMap((name) => unreadable.get(name) ?? []).join(", "),
    clause(leaving, "not a consumer in the map any more, but tasks that use it have not ended"),
  ].filter((reason) => reason !== "");
  const waits = reasons.length > 0 ? [wait(secret, reasons.join("; "))] : [];
  if (rolls.length + waits.length > 0) return [...rolls, ...waits];
  return [then];
}

/** ECS starts no more tasks for a deployment that failed: a service that works again stays down until somebody rolls it. */
function isDown({ primary, desiredCount, tasks }: ServiceObservation, now: number): boolean {
  const isShort = tasks.filter(({ state }) => state === "running").length < desiredCount;
  return isShort && primary?.state === "FAILED" && primary.createdAt + timing.rollAgain <= now;
}

const namedAtMost = 5;

function clause(services: readonly string[], what: string): string {
  if (services.length === 0) return "";
  const rest = services.length - namedAtMost;
  return `${[...services.slice(0, namedAtMost), ...(rest > 0 ? [`${rest} more`] : [])].join(", ")}: ${what}`;
}

/** The version to go back to is tested before it becomes current: it may be bad, too. */
function planRestore(secret: Unsettled, now: number): Action {
  const { key, currentId } = secret;
  const good = lastGood(secret);
  if (good === undefined) return stuck(secret, "there is no earlier version to go back to");
  const verdict = verdictOn(secret, good, 0, now);
  switch (verdict.kind) {
    case "accepted":
      return { kind: "restore", secret: key, versionId: currentId, to: good };
    case "unproven":
      return verdict.next;
    case "rejected":
      return stuck(secret, `neither it nor the previous version is accepted: ${verdict.reason}`);
  }
}

/**
 * The settled version; before the first was settled, the previous one. Never one that was rejected, nor one from before
 * the settled version, which was moved there before the first credential was revoked: however well that seems to work at
 * the moment.
 */
export function lastGood({
  settledId,
  previousId,
  currentId,
  versions,
}: Pick<SecretObservation, "settledId" | "previousId" | "currentId" | "versions">): string | undefined {
  const good = settledId ?? previousId;
  return good === undefined || good === currentId || isRejected(versions, good) ? undefined : good;
}

function pass({ key }: SecretObservation, versionId: string): Action {
  return { kind: "reject", secret: key, versionId, reason: "another value was made current again" };
}

function stuck(secret: Unsettled, reason: string): Action {
  if (secret.settling.phase === "stuck") return wait(secret, reason);
  return { kind: "report", secret: secret.key, versionId: secret.currentId, reason };
}

function wait({ key }: SecretObservation, reason: string, until?: number): Wait {
  return { kind: "wait", secret: key, reason, ...(until !== undefined && { until }) };
}
