import { randomInt } from "node:crypto";
import type { Deployment, FailureCause, Rollout, ServiceSettings } from "./model.ts";

/** ECS doubles the delay between starts up to 27 minutes; on one machine ten seconds show the same. */
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 10_000;

export function newDeploymentId(): string {
  return `ecs-svc/${Array.from({ length: 19 }, (_, at) => randomInt(at === 0 ? 1 : 0, 10)).join("")}`;
}

export function newDeployment(
  taskDefinitionArn: string,
  now: number,
  watchedAlarms: readonly string[] = [],
  id = newDeploymentId(),
): Deployment {
  return {
    id,
    taskDefinitionArn,
    createdAt: now,
    updatedAt: now,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: `ECS deployment ${id} in progress.`,
    failedTasks: 0,
    watchedAlarms,
    triggeredAlarms: [],
  };
}

/** Of a new service: there is nothing to go back to yet, so it watches no alarm. */
export function newRollout(settings: ServiceSettings, now: number, id?: string): Rollout {
  return {
    settings,
    deployments: [newDeployment(settings.taskDefinitionArn, now, [], id)],
    startFailures: 0,
    startNotBefore: 0,
  };
}

/** The new deployment becomes PRIMARY; a rollout under way is superseded, its tasks are replaced like all others. */
export function deploy(rollout: Rollout, deployment: Deployment): Rollout {
  return {
    ...rollout,
    settings: { ...rollout.settings, taskDefinitionArn: deployment.taskDefinitionArn },
    deployments: [deployment, ...rollout.deployments],
    startFailures: 0,
    startNotBefore: 0,
  };
}

export function replaceDeployment(rollout: Rollout, changed: Deployment): Rollout {
  const [primary, ...active] = rollout.deployments;
  const swap = (deployment: Deployment) => (deployment.id === changed.id ? changed : deployment);
  return { ...rollout, deployments: [swap(primary), ...active.map(swap)] };
}

export function removeDeployment(rollout: Rollout, id: string): Rollout {
  const [primary, ...active] = rollout.deployments;
  return { ...rollout, deployments: [primary, ...active.filter((deployment) => deployment.id !== id)] };
}

export function complete(rollout: Rollout, now: number): Rollout {
  const [primary] = rollout.deployments;
  const completed: Deployment = {
    ...primary,
    rolloutState: "COMPLETED",
    rolloutStateReason: `ECS deployment ${primary.id} completed.`,
    updatedAt: now,
  };
  return { ...replaceDeployment(rollout, completed), lastCompleted: completed };
}

/** The tasks of the deployment are all there are: its alarms are watched for a while longer. */
export function bake(rollout: Rollout, now: number): Rollout {
  const [primary] = rollout.deployments;
  return replaceDeployment(rollout, { ...primary, bakingSince: now, updatedAt: now });
}

export function fail(
  rollout: Rollout,
  now: number,
  cause: FailureCause,
  triggeredAlarms: readonly string[] = [],
): Rollout {
  const [primary] = rollout.deployments;
  return replaceDeployment(rollout, {
    ...primary,
    rolloutState: "FAILED",
    rolloutStateReason:
      cause === "alarm"
        ? "ECS deployment failed: alarm detected."
        : "ECS deployment circuit breaker: tasks failed to start.",
    triggeredAlarms,
    updatedAt: now,
  });
}

/** Back to the last completed deployment under its own id: its tasks that still run are kept, and keep serving. */
export function rollBack(rollout: Rollout, to: Deployment, now: number, cause: FailureCause): Rollout {
  const [failed] = rollout.deployments;
  const others = rollout.deployments.slice(1).filter(({ id }) => id !== to.id);
  const { bakingSince: _, ...known } = to;
  const restored: Deployment = {
    ...known,
    // The alarm that ended the other still rings: this one is what is known to work.
    watchedAlarms: [],
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: `ECS deployment ${cause}: rolling back to deploymentId ${to.id}.`,
    updatedAt: now,
    failedTasks: 0,
    rollbackOf: failed.id,
  };
  return deploy({ ...rollout, deployments: [failed, ...others] }, restored);
}

/** A task that could not start, ended before it was healthy, or failed its health checks. */
export function countFailure(rollout: Rollout, deploymentId: string, now: number): Rollout {
  const [primary] = rollout.deployments;
  const startFailures = rollout.startFailures + 1;
  const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (startFailures - 1));
  const delayed = { ...rollout, startFailures, startNotBefore: now + delay };
  if (primary.id !== deploymentId || primary.rolloutState !== "IN_PROGRESS") return delayed;
  return replaceDeployment(delayed, { ...primary, failedTasks: primary.failedTasks + 1, updatedAt: now });
}

export function countHealthy(rollout: Rollout, deploymentId: string): Rollout {
  const [primary] = rollout.deployments;
  if (primary.id !== deploymentId) return rollout;
  const ready = { ...rollout, startFailures: 0, startNotBefore: 0 };
  const keeps = primary.failedTasks === 0 || !rollout.settings.circuitBreaker.resetOnHealthyTask;
  return keeps ? ready : replaceDeployment(ready, { ...primary, failedTasks: 0 });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
export function failureThreshold({ circuitBreaker, desiredCount }: ServiceSettings): number {
  const { type, value } = circuitBreaker.thresholdConfiguration;
  const share = Math.ceil((desiredCount * value) / 100);
  switch (type) {
    case "BOUNDED_PERCENT":
      return Math.min(200, Math.max(3, share));
    case "UNBOUNDED_PERCENT":
      return Math.max(1, share);
    case "COUNT":
      return value;
  }
}
