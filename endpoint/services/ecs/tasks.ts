import { randomUUID } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Container, LoadBalancer, Task } from "./model.ts";
import type { Tag } from "./tag.ts";
import type { ContainerDefinition, TaskDefinition } from "./task-definitions.ts";

/** ECS answers for a stopped task for an hour. */
const KEEP_STOPPED_MS = 3_600_000;

export interface TaskRequest {
  readonly cluster: { readonly arn: string; readonly name: string };
  readonly definition: TaskDefinition;
  readonly group: string;
  readonly startedBy?: string;
  readonly loadBalancers: readonly LoadBalancer[];
  readonly enableExecuteCommand: boolean;
  readonly tags: readonly Tag[];
}

export interface Tasks {
  create(request: TaskRequest, now: number): Task;
  /** By arn or id, within a cluster; stopped ones for an hour. */
  find(clusterArn: string, reference: string): Task | undefined;
  list(now: number): readonly Task[];
}

export function createTasks(arnPrefix: string): Tasks {
  const tasks = new Map<string, Task>();
  const dropExpired = (now: number) => {
    for (const [id, task] of tasks) {
      if (task.stoppedAt !== undefined && now - task.stoppedAt > KEEP_STOPPED_MS) tasks.delete(id);
    }
  };
  return {
    create(request, now) {
      dropExpired(now);
      const task = newTask(request, arnPrefix, now);
      tasks.set(task.id, task);
      return task;
    },
    find(clusterArn, reference) {
      const task = tasks.get(reference.slice(reference.lastIndexOf("/") + 1));
      return task?.clusterArn === clusterArn ? task : undefined;
    },
    list(now) {
      dropExpired(now);
      return [...tasks.values()];
    },
  };
}

function newTask({ cluster, ...request }: TaskRequest, arnPrefix: string, now: number): Task {
  const id = randomUUID().replaceAll("-", "");
  return {
    ...request,
    id,
    arn: `${arnPrefix}:task/${cluster.name}/${id}`,
    clusterArn: cluster.arn,
    containers: request.definition.input.containerDefinitions.map((definition) =>
      newContainer(definition, `${arnPrefix}:container/${cluster.name}/${id}/${randomUUID()}`, id),
    ),
    createdAt: now,
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    version: 1,
  };
}

function newContainer(definition: ContainerDefinition, arn: string, taskId: string): Container {
  const containerPort = definition.portMappings[0]?.containerPort;
  return {
    arn,
    name: definition.name,
    image: definition.image,
    runtimeId: `${taskId}-${arn.slice(-10)}`,
    essential: definition.essential,
    ...(containerPort === undefined ? {} : { containerPort }),
    lastStatus: "PENDING",
  };
}

/** A container whose process runs, and what that was started with. */
export type RunningContainer = Container & Required<Pick<Container, "environment" | "process">>;

/** The container that a command may run in: the one named, or the task's first. Throws ECS's errors. */
export function executableContainer(task: Task | undefined, containerName: string | undefined): RunningContainer {
  const container =
    containerName === undefined ? task?.containers[0] : task?.containers.find(({ name }) => name === containerName);
  if (task?.lastStatus !== "RUNNING" || container === undefined || !isRunning(container))
    throw new AwsError("InvalidParameterException", "The referenced task or container is not running.");
  if (!task.enableExecuteCommand)
    throw new AwsError(
      "InvalidParameterException",
      "The execute command failed because execute command was not enabled when the task was run " +
        "or the execute command agent isn’t running. Wait and try again or run a new task with execute command " +
        "enabled and try again.",
    );
  return container;
}

function isRunning(container: Container): container is RunningContainer {
  return container.environment !== undefined && container.process !== undefined;
}

export function definitionOf(task: Task, container: Container): ContainerDefinition {
  const found = task.definition.input.containerDefinitions.find(({ name }) => name === container.name);
  if (found === undefined) throw new Error(`task definition ${task.definition.arn} has no container ${container.name}`);
  return found;
}

/** The targets a task stands for: each load balancer's container, at the port allotted to it. */
export function targetsOf(task: Task): readonly (readonly [string, { readonly id: string; readonly port: number }])[] {
  return task.loadBalancers.flatMap(({ targetGroupArn, containerName }) => {
    const port = task.containers.find(({ name }) => name === containerName)?.hostPort;
    return port === undefined ? [] : [[targetGroupArn, { id: "127.0.0.1", port }] as const];
  });
}
