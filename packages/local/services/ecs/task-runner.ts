import { constants } from "node:os";
import type { Clock, LogSink, ManagedProcess, ProcessSupervisor, TargetRegistry } from "#local/endpoint/ports.ts";
import { containerEnvironment, type EnvironmentSources } from "./environment.ts";
import { localCommand } from "./local-command.ts";
import type { Container, Stop, Task, TaskStatus } from "./model.ts";
import type { PortAllotment } from "./ports.ts";
import { StartError } from "./start-error.ts";
import type { ContainerDefinition } from "./task-definition.ts";

const DEFAULT_STOP_TIMEOUT_S = 30;

export interface TaskRunnerPorts {
  readonly clock: Clock;
  readonly supervisor: ProcessSupervisor;
  readonly logs: LogSink;
  readonly targets: TargetRegistry;
  readonly environment: EnvironmentSources;
  readonly ports: PortAllotment;
  /** Where local commands run. */
  readonly projectRoot: string;
  /** Called on every change of a task's status. */
  onChange(task: Task): void;
}

/** Takes a task through its life, from PROVISIONING to STOPPED. */
export interface TaskRunner {
  start(task: Task): void;
  /** Resolves once the task is STOPPED. Stopping it again changes nothing. */
  stop(task: Task, stop: Stop): Promise<void>;
}

export function createTaskRunner(io: TaskRunnerPorts): TaskRunner {
  const stopping = new WeakMap<Task, Promise<void>>();

  const change = (task: Task, status: TaskStatus) => {
    task.lastStatus = status;
    task.version += 1;
    io.onChange(task);
  };

  const start = async (task: Task): Promise<void> => {
    io.onChange(task);
    try {
      await allotPorts(task, io.ports);
      if (task.desiredStatus === "STOPPED") return;
      change(task, "PENDING");
      launchAll(task);
      task.startedAt = io.clock.now();
      for (const [group, target] of targetsOf(task)) io.targets.register(group, target);
      change(task, "RUNNING");
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const reason = error instanceof StartError ? error.message : `CannotStartContainerError: ${error.message}`;
      for (const container of task.containers) container.reason = reason;
      await stop(task, { code: "TaskFailedToStart", reason });
    }
  };

  /** Every environment is complete before the first process starts: a missing secret starts nothing. */
  const launchAll = (task: Task) => {
    const launches = task.containers.map((container) => {
      const definition = definitionOf(task, container);
      const environment = containerEnvironment(task, container, definition, io.environment);
      return { container, definition, environment, argv: localCommand(definition) };
    });
    for (const launch of launches) {
      const [command, ...args] = launch.argv;
      const write = logWriter(task, launch.definition, io.logs);
      const process = io.supervisor.start({
        command,
        args,
        env: launch.environment,
        cwd: io.projectRoot,
        onLine: (line) => write?.(line),
      });
      Object.assign(launch.container, { process, environment: launch.environment, lastStatus: "RUNNING" });
      void process.exited.then((exit) => ended(task, launch.container, exit));
    }
  };

  const ended = (task: Task, container: Container, exit: Awaited<ManagedProcess["exited"]>) => {
    container.lastStatus = "STOPPED";
    container.exitCode = exit.code ?? 128 + signalNumber(exit.signal);
    if (container.essential) {
      void stop(task, { code: "EssentialContainerExited", reason: "Essential container in task exited" });
    } else if (task.desiredStatus === "RUNNING") change(task, task.lastStatus);
  };

  const stop = (task: Task, why: Stop): Promise<void> => {
    const known = stopping.get(task);
    if (known) return known;
    const stopped = shutDown(task, why);
    stopping.set(task, stopped);
    return stopped;
  };

  const shutDown = async (task: Task, why: Stop): Promise<void> => {
    const registered = task.lastStatus === "RUNNING" ? targetsOf(task) : [];
    task.desiredStatus = "STOPPED";
    task.stop = why;
    task.stoppingAt = io.clock.now();
    if (registered.length > 0) {
      change(task, "DEACTIVATING");
      await Promise.all(registered.map(([group, target]) => io.targets.deregister(group, target)));
    }
    change(task, "STOPPING");
    await Promise.all(task.containers.map((container) => endContainer(task, container)));
    change(task, "DEPROVISIONING");
    for (const { hostPort } of task.containers) if (hostPort !== undefined) io.ports.give(hostPort);
    task.stoppedAt = io.clock.now();
    change(task, "STOPPED");
  };

  return { start: (task) => void start(task), stop };
}

async function endContainer(task: Task, container: Container): Promise<void> {
  const { stopTimeout = DEFAULT_STOP_TIMEOUT_S } = definitionOf(task, container);
  await container.process?.stop(stopTimeout * 1_000);
  container.lastStatus = "STOPPED";
}

async function allotPorts(task: Task, ports: PortAllotment): Promise<void> {
  for (const container of task.containers) {
    if (container.containerPort !== undefined) container.hostPort = await ports.take();
  }
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

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
function logWriter(task: Task, definition: ContainerDefinition, logs: LogSink): ((line: string) => void) | undefined {
  const configuration = definition.logConfiguration;
  const group = configuration?.options["awslogs-group"];
  if (configuration?.logDriver !== "awslogs" || group === undefined) return undefined;
  const prefix = configuration.options["awslogs-stream-prefix"] ?? "ecs";
  const stream = `${prefix}/${definition.name}/${task.id}`;
  return (line) => logs.write(group, stream, [line]);
}

function signalNumber(signal: string | null): number {
  return Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0;
}
