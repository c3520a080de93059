import type { Deployment, FailureCause, Rollout } from "./model.ts";
import { failureThreshold } from "./rollout.ts";

/**
 * A task as the scheduler sees it.
 * - `starting`: not yet healthy.
 * - `healthy`: running, and healthy in every target group.
 * - `unhealthy`: running, but failing its target group's health checks after the grace period.
 * - `stopping`: on its way out; nothing is decided about it any more.
 */
export interface ScheduledTask {
  readonly arn: string;
  readonly deploymentId: string;
  readonly condition: "starting" | "healthy" | "unhealthy" | "stopping";
}

export type Action =
  | { readonly kind: "start"; readonly deployment: Deployment; readonly count: number }
  | { readonly kind: "stop"; readonly taskArn: string; readonly why: "scaling" | "unhealthy" }
  | { readonly kind: "wait-until"; readonly at: number }
  | { readonly kind: "bake" }
  | { readonly kind: "complete" }
  | { readonly kind: "fail"; readonly cause: FailureCause }
  | { readonly kind: "roll-back"; readonly to: Deployment; readonly cause: FailureCause }
  | { readonly kind: "remove-deployment"; readonly id: string }
  | { readonly kind: "steady" };

/** What a deployment's alarms say. */
export interface AlarmVerdict {
  readonly ringing: boolean;
  /** How long they are watched once its tasks alone serve: the longest time that one of them looks at. */
  readonly bakeMs: number;
}
const noAlarms: AlarmVerdict = { ringing: false, bakeMs: 0 };

/**
 * What to do next for a service, from what is. Nothing is remembered between calls: an action that was lost is decided
 * again. `tasks` are those that have not stopped.
 */
export function schedule(
  rollout: Rollout,
  tasks: readonly ScheduledTask[],
  now: number,
  alarms: AlarmVerdict = noAlarms,
): readonly Action[] {
  const [primary, ...active] = rollout.deployments;
  const { desiredCount, circuitBreaker } = rollout.settings;

  const tripped = circuitBreaker.enable && primary.failedTasks >= failureThreshold(rollout.settings);
  if (primary.rolloutState === "IN_PROGRESS" && tripped) return failed(rollout, primary, "circuit breaker");
  const alarmed = primary.watchedAlarms.length > 0 && alarms.ringing;
  if (primary.rolloutState === "IN_PROGRESS" && alarmed) return failed(rollout, primary, "alarm");

  const live = tasks.filter((task) => task.condition !== "stopping");
  const gone = active
    .filter((deployment) => !tasks.some((task) => task.deploymentId === deployment.id))
    .map((deployment): Action => ({ kind: "remove-deployment", id: deployment.id }));
  return [...converge(rollout, live, now), ...gone, ...settled(primary, tasks, desiredCount, now, alarms.bakeMs)];
}

/** A rollback that fails is not rolled back again: there is nothing left that is known to work. */
function failed(rollout: Rollout, primary: Deployment, cause: FailureCause): readonly Action[] {
  const to = rollout.lastCompleted;
  const { rollback } = cause === "alarm" ? rollout.settings.alarms : rollout.settings.circuitBreaker;
  const rollsBack = rollback && to !== undefined && primary.rollbackOf === undefined;
  return rollsBack
    ? [
        { kind: "fail", cause },
        { kind: "roll-back", to, cause },
      ]
    : [{ kind: "fail", cause }];
}

function settled(
  primary: Deployment,
  tasks: readonly ScheduledTask[],
  desiredCount: number,
  now: number,
  bakeMs: number,
): readonly Action[] {
  const steady =
    primary.rolloutState !== "FAILED" &&
    tasks.length === desiredCount &&
    tasks.every((task) => task.deploymentId === primary.id && task.condition === "healthy");
  if (!steady) return [];
  if (primary.rolloutState !== "IN_PROGRESS") return [{ kind: "steady" }];
  if (primary.watchedAlarms.length === 0) return [{ kind: "complete" }, { kind: "steady" }];
  if (primary.bakingSince === undefined) return [{ kind: "steady" }, { kind: "bake" }];
  const until = primary.bakingSince + bakeMs;
  return [{ kind: "steady" }, now < until ? { kind: "wait-until", at: until } : { kind: "complete" }];
}

function removeUnhealthy(tasks: readonly ScheduledTask[]): readonly Action[] {
  return tasks
    .filter((task) => task.condition === "unhealthy")
    .map((task) => ({ kind: "stop", taskArn: task.arn, why: "unhealthy" }));
}

function converge(rollout: Rollout, live: readonly ScheduledTask[], now: number): readonly Action[] {
  const [primary] = rollout.deployments;
  const { desiredCount, minimumHealthyPercent, maximumPercent } = rollout.settings;
  // The lower limit is rounded up, the upper one down:
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
  const minimum = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const maximum = Math.floor((desiredCount * maximumPercent) / 100);

  const own = live.filter((task) => task.deploymentId === primary.id);
  const fit = own.filter((task) => task.condition !== "unhealthy");
  // A failed deployment starts nothing more; what still serves stays, whichever deployment it is of.
  const missing = primary.rolloutState === "FAILED" ? 0 : Math.max(0, desiredCount - fit.length);
  const starts = Math.max(0, Math.min(missing, maximum - live.length));
  const surplus = Math.max(0, fit.length - desiredCount);
  const stops = choose(live, primary, { desiredCount, minimum, roomNeeded: missing - starts, surplus });

  if (starts === 0) return stops;
  if (now < rollout.startNotBefore) return [...stops, { kind: "wait-until", at: rollout.startNotBefore }];
  return [{ kind: "start", deployment: primary, count: starts }, ...stops];
}

interface Bounds {
  readonly desiredCount: number;
  readonly minimum: number;
  /** Tasks that could not be started because the maximum is reached. */
  readonly roomNeeded: number;
  /** Tasks of the primary deployment above the desired count. */
  readonly surplus: number;
}

/** Stops what serves nobody at once, and what serves only as far as enough others do. */
function choose(live: readonly ScheduledTask[], primary: Deployment, bounds: Bounds): readonly Action[] {
  const own = live.filter((task) => task.deploymentId === primary.id);
  const old = live.filter((task) => task.deploymentId !== primary.id);
  const healthy = live.filter((task) => task.condition === "healthy").length;

  const surplus = own
    .filter((task) => task.condition !== "unhealthy")
    .toSorted((a, b) => Number(a.condition === "healthy") - Number(b.condition === "healthy"))
    .slice(0, bounds.surplus);
  const unserving = old.filter((task) => task.condition !== "healthy");

  const surplusHealthy = surplus.filter((task) => task.condition === "healthy").length;
  const left = healthy - surplusHealthy;
  const replaced = left - Math.max(bounds.desiredCount, bounds.minimum);
  const forRoom = Math.min(bounds.roomNeeded - unserving.length, left - bounds.minimum);
  const serving = old.filter((task) => task.condition === "healthy").slice(0, Math.max(0, replaced, forRoom));

  return [
    ...removeUnhealthy(own),
    ...[...surplus, ...unserving, ...serving].map(
      (task): Action => ({ kind: "stop", taskArn: task.arn, why: "scaling" }),
    ),
  ];
}
