import type { AlarmFacts } from "../alarms/read.ts";
import { formatDuration } from "../duration.ts";
import type { Overdue } from "../secrets/schedule.ts";
import type { FailureFacts, ServiceFacts } from "./facts.ts";
import type { FleetFacts, SecretStanding } from "./fleet.ts";
import { type ProbeFacts, probeTroubles, roundTroubles } from "./probe.ts";

/** Worst first: `down` serves nobody, `failing` hurts somebody, `overdue` will. */
const severities = ["down", "failing", "overdue"] as const;
export type Severity = (typeof severities)[number];

/** What needs an explanation about a service, a secret, or the fleet itself. */
export interface Trouble {
  readonly severity: Severity;
  readonly subject: string;
  /** Sentences, and the next command. */
  readonly lines: readonly string[];
}

/**
 * The worst first; nothing for a fleet that is well.
 *
 * @param now milliseconds since the epoch
 */
export function findTroubles({ services, ringing, secrets, probe }: FleetFacts, now: number): readonly Trouble[] {
  const ringingOf = Map.groupBy(ringing, ({ service }) => service);
  const troubles = [
    ...services.flatMap((facts) => serviceTrouble(facts, ringingOf.get(facts.plan.key) ?? [], probe, now)),
    ...fleetTrouble(ringingOf.get(undefined) ?? [], now),
    ...(probe === undefined ? [] : probeTrouble(probe, services, now)),
    ...secrets.flatMap(secretTrouble),
  ];
  return severities.flatMap((wanted) => troubles.filter(({ severity }) => severity === wanted));
}

function serviceTrouble(
  facts: ServiceFacts,
  ringing: readonly AlarmFacts[],
  probe: ProbeFacts | undefined,
  now: number,
): readonly Trouble[] {
  const { plan, service, failure } = facts;
  const lines = [
    ...troublesOf(facts),
    ...(probe === undefined ? [] : probeTroubles(facts, probe, now)),
    ...ringing.map((alarm) => alarmText(alarm, now)),
  ];
  if (lines.length === 0) return [];
  const serves = (service?.running ?? 0) > 0 || plan.desiredCount === 0;
  const next = service === undefined && failure === undefined ? [] : [nextCommand(facts)];
  return [{ severity: serves ? "failing" : "down", subject: plan.key, lines: [...lines, ...next] }];
}

function nextCommand({ plan, failure }: ServiceFacts): string {
  return `→ fleet logs ${plan.key} --since ${failure === undefined ? "15m" : "1h"}`;
}

/** In sentences; nothing for a service that runs as the map wants it. */
function troublesOf(facts: ServiceFacts): readonly string[] {
  const { service, failure } = facts;
  const failed = failure === undefined ? [] : failureTroubles(failure);
  if (service === undefined)
    return failed.length === 0 ? ["It is in the map but not deployed: a deploy creates it."] : failed;
  return [...failed, ...deploymentTroubles(service), ...targetTroubles(facts), ...taskTroubles(service)];
}

function failureTroubles({ kind, cause, reason, task }: FailureFacts): readonly string[] {
  const what = kind === "down" ? "It did not start" : "Its last deployment failed, and the one before it keeps serving";
  const who = task === undefined ? "" : `Task ${task.slice(0, 8)}: `;
  const words = cause.includes(reason) ? [] : [`${who}${reason}`];
  return [`${what}: ${cause}`, ...words];
}

type Service = NonNullable<ServiceFacts["service"]>;

function deploymentTroubles({ deployments }: Service): readonly string[] {
  return deployments.flatMap(({ state, failed, reason }) => {
    if (state === "FAILED") return [`A deployment failed: ${reason || "ECS gives no reason."}`];
    return state === "IN_PROGRESS" && failed > 0
      ? [`In the current deployment, ${failed} ${failed === 1 ? "task has" : "tasks have"} failed so far.`]
      : [];
  });
}

function targetTroubles({ targets }: ServiceFacts): readonly string[] {
  return (targets ?? [])
    .filter(({ state }) => state === "unhealthy")
    .map(({ id, reason }) => `${id} is unhealthy: ${reason ?? "no reason given"}`);
}

/** During a rollout fewer may run for a while; otherwise tasks stop faster than they start. */
function taskTroubles({ running, desired, deployments }: Service): readonly string[] {
  const rolling = deployments.some(({ state }) => state === "IN_PROGRESS");
  return running < desired && !rolling ? [`${running} of ${desired} tasks run.`] : [];
}

function alarmText({ name, kind, since, reason, muted }: AlarmFacts, now: number): string {
  const age = since === undefined ? "" : ` for ${formatDuration(now - since)}`;
  return `${kind ?? name} has been in alarm${age}${muted ? ", muted" : ""}: ${reason || "CloudWatch gives no reason."}`;
}

/** Alarms of the functions, the chats, the balancers, and those that somebody added. */
function fleetTrouble(ringing: readonly AlarmFacts[], now: number): readonly Trouble[] {
  if (ringing.length === 0) return [];
  const lines = ringing.map((alarm) => alarmText(alarm, now));
  return [{ severity: "failing", subject: "fleet", lines: [...lines, "→ docs/runbook.md"] }];
}

function probeTrouble(probe: ProbeFacts, services: readonly ServiceFacts[], now: number): readonly Trouble[] {
  const lines = roundTroubles(probe, services, now);
  if (lines.length === 0) return [];
  return [{ severity: "failing", subject: "probe", lines: [...lines, "→ docs/alarms.md#when-a-function-fails"] }];
}

function secretTrouble({ key, state, overdue }: SecretStanding): readonly Trouble[] {
  const trouble = (severity: Severity, ...lines: readonly string[]) => [{ severity, subject: `secret ${key}`, lines }];
  switch (state) {
    case "missing":
      return trouble("failing", "It is in the map but not deployed: a deploy creates it.");
    case "deleted":
      return trouble(
        "failing",
        "It is scheduled for deletion: no task that uses it starts.",
        `→ fleet secrets list ${key}`,
      );
    case "no value":
      return trouble("failing", "It has no value.", `→ fleet secrets set ${key}`);
    case "stuck":
      return trouble("failing", "It needs a person: the chat shows why, docs/rotation.md what to do.");
    case "settled":
    case "rotating":
    case "rolling":
      return overdue === undefined
        ? []
        : trouble("overdue", overdueText(overdue), `→ fleet secrets rotate ${key} --wait`);
  }
}

function overdueText(overdue: Overdue): string {
  switch (overdue.kind) {
    case "off":
      return `The map rotates it every ${overdue.everyDays} days, but its rotation is off: a deploy turns it on.`;
    case "due":
      return `Its rotation was due ${formatDuration(overdue.forMs)} ago.`;
    case "old":
      return `It last rotated ${formatDuration(overdue.ageMs)} ago; the map wants every ${overdue.everyDays} days.`;
  }
}
