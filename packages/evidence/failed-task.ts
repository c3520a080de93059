import { type Container, DescribeTasksCommand, type ECSClient, ListTasksCommand, type Task } from "@aws-sdk/client-ecs";
import { names, type ServicePlan, type StagePlan } from "#fleet";

/** A task that ended unexpectedly, which ECS remembers for about an hour. */
export interface FailedTask {
  /** Its key in the map. */
  readonly service: string;
  readonly id: string;
  /** Its revision of the service's task definition. */
  readonly revision: number;
  readonly deployment: string | undefined;
  readonly createdAt: number;
  readonly stoppedAt: number;
  readonly stopCode: string;
  /** ECS's own words. */
  readonly reason: string;
  /** The container that failed, which is the service's own or the server behind it. */
  readonly container: string;
  readonly exitCode: number | undefined;
  /** Of its container, such as `OutOfMemoryError: Container killed due to memory usage`. */
  readonly containerReason: string | undefined;
}

/** DescribeTasks takes a hundred, which is a page of ListTasks. This many pages cover an hour of a big fleet. */
const pages = 20;

/** The stage's recently failed tasks, newest first; only of one service if named, even one that is gone. */
export async function readFailedTasks(
  ecs: ECSClient,
  plan: StagePlan,
  service?: ServicePlan,
): Promise<readonly FailedTask[]> {
  const cluster = names.cluster(plan.stage);
  // By family: ECS lists no task of a service that it no longer has.
  const family = service && names.taskFamily(plan.stage, service.key);
  const failed: FailedTask[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < pages && (page === 0 || nextToken !== undefined); page++) {
    const listed = await ecs.send(new ListTasksCommand({ cluster, family, desiredStatus: "STOPPED", nextToken }));
    nextToken = listed.nextToken;
    if (listed.taskArns === undefined || listed.taskArns.length === 0) continue;
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: listed.taskArns }));
    failed.push(...failuresAmong(tasks, plan));
  }
  return failed.toSorted(newestFirst);
}

/** Those of a list of tasks, the newest first. */
export function failuresAmong(tasks: readonly Task[], plan: StagePlan): readonly FailedTask[] {
  return tasks
    .filter(isFailure)
    .flatMap((task) => failedTask(task, plan) ?? [])
    .toSorted(newestFirst);
}

function newestFirst(one: FailedTask, other: FailedTask): number {
  return other.stoppedAt - one.stoppedAt;
}

/**
 * The scheduler also stops what fails its health checks: only the reason distinguishes that from scaling. A task that
 * is still stopping has already failed.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
function isFailure({ stopCode, stoppedReason = "" }: Task): boolean {
  switch (stopCode) {
    case "TaskFailedToStart":
    case "EssentialContainerExited":
      return true;
    case "ServiceSchedulerInitiated":
      return /failed .*health check/i.test(stoppedReason);
    default:
      return false;
  }
}

function failedTask(task: Task, { stage, services }: StagePlan): FailedTask | undefined {
  const { taskArn = "", taskDefinitionArn = "", stopCode = "", stoppedReason = "", containers = [] } = task;
  const service = services.find(({ key }) => taskDefinitionArn.includes(`/${names.taskFamily(stage, key)}:`));
  if (service === undefined) return undefined;
  const main = culpritAmong(containers, service.key);
  return {
    service: service.key,
    id: taskArn.slice(taskArn.lastIndexOf("/") + 1),
    revision: revisionOf(taskDefinitionArn),
    deployment: task.startedBy,
    createdAt: task.createdAt?.getTime() ?? 0,
    stoppedAt: (task.stoppedAt ?? task.stoppingAt)?.getTime() ?? 0,
    stopCode,
    reason: stoppedReason,
    container: main?.name ?? service.key,
    exitCode: main?.exitCode,
    containerReason: main?.reason,
  };
}

/** Who was merely asked to stop, because the other one had ended, left with one of these. */
const asked = [undefined, 0, 143];

/** The service's own container, unless the server behind it is what ended. */
function culpritAmong(containers: readonly Container[], key: string): Container | undefined {
  const main = containers.find(({ name }) => name === key);
  const other = containers.find(({ name }) => name !== key);
  const isBehind = other?.reason !== undefined || (other?.exitCode !== undefined && asked.includes(main?.exitCode));
  return isBehind && main?.reason === undefined ? other : main;
}

/** `<family>:<revision>`, as the end of an arn or alone. */
export function revisionOf(taskDefinition: string): number {
  return Number(taskDefinition.slice(taskDefinition.lastIndexOf(":") + 1)) || 0;
}
