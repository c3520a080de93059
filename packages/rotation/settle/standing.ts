import type { DeploymentFailure, DeploymentState, TaskState } from "../ports.ts";
import type { ServiceObservation } from "./observation.ts";
import { timing } from "./timing.ts";

/**
 * Where a consumer stands towards a value that counts from `since` on.
 *
 * - `ready`: all of its tasks were created since.
 * - `stale`: it has to be rolled.
 * - `rolling`: a deployment begun since is under way.
 * - `deploying`: another task definition is being rolled out, which is not ours to interrupt, nor its failure the value's.
 * - `draining`: tasks from before are ending.
 * - `failed`: a deployment of a task definition that works failed on the value.
 * - `broken`: its deployment failed, and nothing says that it would have with another value.
 */
export type Standing = "ready" | "stale" | "rolling" | "deploying" | "draining" | "failed" | "broken";

export function standingOf(service: ServiceObservation, moments: Moments): Standing {
  const { primary, desiredCount, tasks } = service;
  const left = tasks.filter(({ state, createdAt }) => state !== "ended" && createdAt < moments.since);
  if (desiredCount === 0) return left.length > 0 ? "draining" : "ready";
  const isServed = tasks.some(({ state }) => state === "running");
  if (primary?.state === "COMPLETED" && isServed && left.length === 0 && isSteady(service, moments)) return "ready";
  if (failureOn(service, moments) !== undefined) return "failed";
  switch (primary?.state) {
    case undefined:
      return "stale";
    case "IN_PROGRESS":
      return underWay(service, moments);
    case "FAILED":
      return givenUp(service, left, moments);
    case "COMPLETED":
      return completed(service, left, moments);
  }
}

/**
 * ECS watches over a deployment, and over nothing that starts later: tasks of an earlier one that end by themselves may
 * do so for the value, and only a roll tells.
 */
function isSteady(service: ServiceObservation, moments: Moments): boolean {
  const { primary } = service;
  return (primary !== undefined && primary.createdAt >= moments.since) || isWhole(service, moments);
}

/**
 * All tasks are there, and none has ended that was created since, or shortly before: it was current already when it was
 * first seen, and what crashes on it may run at the moment.
 */
function isWhole({ desiredCount, tasks }: ServiceObservation, { since: seen, now }: Moments): boolean {
  const since = Math.min(seen, now - timing.crashLoop);
  const isAllThere = tasks.filter(({ state }) => state === "running").length >= desiredCount;
  return isAllThere && !tasks.some(({ state, createdAt }) => state === "ended" && createdAt >= since);
}

function underWay({ primary, others }: ServiceObservation, { since }: Moments): Standing {
  if (primary !== undefined && primary.createdAt >= since) return "rolling";
  return others.some(({ taskDefinition }) => taskDefinition !== primary?.taskDefinition) ? "deploying" : "stale";
}

/** Tasks of a deployment that failed may run still, and end as the others did: that some do says nothing for the value. */
function givenUp(service: ServiceObservation, left: readonly TaskState[], moments: Moments): Standing {
  const isTried = didTry(service.primary, service, moments);
  if (left.length === 0 && (isTried || isWhole(service, moments))) return "ready";
  return isTried ? "broken" : "stale";
}

/** Whether a deployment had all of today's values from its first task on. */
function didTry(
  one: Pick<DeploymentState, "createdAt"> | undefined,
  { changedAt }: ServiceObservation,
  { since }: Moments,
) {
  return one !== undefined && one.createdAt >= Math.max(since, changedAt);
}

function completed({ primary, tasks }: ServiceObservation, left: readonly TaskState[], { now }: Moments): Standing {
  if (tasks.some(({ state }) => state === "running")) {
    if (left.length === 0) return "stale";
    return left.some(({ state }) => state === "running") ? "stale" : "draining";
  }
  // Stopped and started again in between: its tasks are on their way, or nothing brings them.
  return primary !== undefined && now < primary.createdAt + timing.taskStart ? "rolling" : "stale";
}

export interface Moments {
  /** From then on a task that is created reads the value. */
  readonly since: number;
  readonly now: number;
}

/**
 * The failure that the value has to answer for: of a deployment begun since, of a task definition that works otherwise.
 * What failed before, with an image of its own, or on the last value of another secret, says nothing about this one.
 */
function failureOn(service: ServiceObservation, moments: Moments): DeploymentFailure | undefined {
  return service.failures.find(({ deploymentId }) => {
    const failed = deploymentOf(service, deploymentId);
    return failed !== undefined && didTry(failed, service, moments) && worksOtherwise(service, failed, moments.since);
  });
}

type Known = Pick<DeploymentState, "id" | "createdAt" | "taskDefinition">;

/** As ECS lists it; later, as its tasks remember it, which ECS shows for an hour. */
function deploymentOf({ primary, others, tasks }: ServiceObservation, id: string): Known | undefined {
  const listed = [...(primary === undefined ? [] : [primary]), ...others].find((one) => one.id === id);
  if (listed !== undefined) return listed;
  const [first] = tasks.filter(({ deploymentId }) => deploymentId === id).toSorted((a, b) => a.createdAt - b.createdAt);
  return first && { id, createdAt: first.createdAt, taskDefinition: first.taskDefinition };
}

function worksOtherwise(service: ServiceObservation, failed: Known, since: number): boolean {
  const { primary, tasks, failures } = service;
  const { id, taskDefinition } = failed;
  // Nothing runs any more then, and what ran has to do as evidence, for the hour in which ECS shows it.
  const isLast = primary?.id === id;
  if (isLast && isRollback(failed, service)) return true;
  const isBackOn = !isLast && primary?.taskDefinition === taskDefinition && didWork(primary, since);
  const others = tasks.filter((task) => task.deploymentId !== id && task.taskDefinition === taskDefinition);
  const didRun = ({ deploymentId: by }: TaskState) => !failures.some(({ deploymentId }) => deploymentId === by);
  return isBackOn || others.some((task) => task.state === "running" || (isLast && didRun(task)));
}

/** ECS says that it goes back as it begins to. What it goes back to was completed once, so it worked. */
function isRollback({ createdAt }: Known, { rolledBackAt }: ServiceObservation): boolean {
  return rolledBackAt !== undefined && rolledBackAt >= createdAt - timing.taskStart;
}

/** ECS rolls back to what was completed. That fails as well where its tasks have to start anew, on the same value. */
function didWork({ state, createdAt }: DeploymentState, since: number): boolean {
  return state !== "FAILED" || createdAt < since;
}
