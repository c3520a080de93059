import { AwsError } from "#endpoint/core/errors.ts";
import type { Target, TargetHealth, TargetRegistry } from "#endpoint/core/ports.ts";
import type { ServiceSettings, Task } from "./model.ts";
import type { Action, ScheduledTask } from "./scheduler.ts";
import { targetsOf } from "./tasks.ts";

/**
 * How long a task that no target group watches must live to count as healthy. On AWS a container that exits at once
 * has often not reached RUNNING; a local process is RUNNING as soon as it is forked.
 */
const SETTLE_MS = 1_000;

export function conditionOf(
  task: Task,
  settings: ServiceSettings,
  targets: TargetRegistry,
  now: number,
): ScheduledTask["condition"] {
  if (task.desiredStatus === "STOPPED") return "stopping";
  if (task.lastStatus !== "RUNNING" || task.startedAt === undefined) return "starting";
  const age = now - task.startedAt;
  const watched = targetsOf(task);
  if (watched.length === 0) return age >= SETTLE_MS ? "healthy" : "starting";

  const healths = watched.map(([group, target]) => healthIn(targets, group, target));
  // A target group that no listener uses makes no health checks: there is nothing to wait for.
  if (healths.every((health) => health === "healthy" || health === "unused")) return "healthy";
  const inGrace = age < settings.healthCheckGracePeriodSeconds * 1_000;
  return healths.includes("unhealthy") && !inGrace ? "unhealthy" : "starting";
}

/** A deleted target group watches nothing any more; its service keeps running, as on AWS. */
function healthIn(targets: TargetRegistry, group: string, target: Target): TargetHealth {
  try {
    return targets.health(group, target);
  } catch (error) {
    if (error instanceof AwsError && error.code === "TargetGroupNotFound") return "unused";
    throw error;
  }
}

/** When time alone may change a decision: the earliest end of a settling time, a grace period or a start delay. */
export function nextChange(
  tasks: readonly Task[],
  settings: ServiceSettings,
  actions: readonly Action[],
  now: number,
): number | undefined {
  const ripe = tasks.flatMap((task) => {
    if (task.desiredStatus === "STOPPED" || task.startedAt === undefined) return [];
    const wait = task.loadBalancers.length === 0 ? SETTLE_MS : settings.healthCheckGracePeriodSeconds * 1_000;
    return [task.startedAt + wait];
  });
  const waits = actions.flatMap((action) => (action.kind === "wait-until" ? [action.at] : []));
  const ahead = [...ripe, ...waits].filter((at) => at > now);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}
