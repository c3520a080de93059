import { releasePort, takePort } from "@mcp-fleet/loopback/ports.ts";
import type { Clock, ImageResolver, ManagedProcess, ProcessSupervisor, TargetRegistry } from "#endpoint/core/ports.ts";
import { endInOrder, inOrder } from "./dependencies.ts";
import { exitCodeOf, type Launch, type LaunchPorts, planLaunch, startFailure } from "./launch.ts";
import type { Container, Stop, Task, TaskStatus } from "./model.ts";
import { definitionOf, targetsOf } from "./tasks.ts";

const DEFAULT_STOP_TIMEOUT_S = 30;
/** Ctrl-C takes no longer than this. */
const CLOSE_GRACE_MS = 3_000;

export interface TaskRunnerPorts extends LaunchPorts {
  readonly clock: Clock;
  readonly supervisor: ProcessSupervisor;
  readonly targets: TargetRegistry;
  readonly images: ImageResolver;
  /** Called on every change of a task's status. */
  onChange(task: Task): void;
}

/** Takes a task through its life, from PROVISIONING to STOPPED. */
export interface TaskRunner {
  start(task: Task): void;
  /** Resolves once the task is STOPPED. Stopping it again changes nothing. */
  stop(task: Task, stop: Stop): Promise<void>;
  /** Ends every process soon, without draining, and starts no other. */
  close(): Promise<void>;
}

export function createTaskRunner(io: TaskRunnerPorts): TaskRunner {
  const stopping = new WeakMap<Task, Promise<void>>();
  const processes = new Set<ManagedProcess>();
  let closed = false;

  const change = (task: Task, status: TaskStatus) => {
    task.lastStatus = status;
    task.version += 1;
    io.onChange(task);
  };

  const start = async (task: Task): Promise<void> => {
    io.onChange(task);
    try {
      await bringUp(task);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const reason = startFailure(error);
      for (const container of task.containers) container.reason = reason;
      await stop(task, { code: "TaskFailedToStart", reason });
    }
  };

  const bringUp = async (task: Task): Promise<void> => {
    await takePorts(task);
    if (closed || task.desiredStatus === "STOPPED") {
      releasePorts(task);
      return;
    }
    change(task, "PENDING");
    resolveImages(task, io.images);
    // Every environment is complete before the first process starts: a missing secret starts nothing.
    for (const launch of inOrder(task).map((container) => planLaunch(task, container, io))) run(task, launch);
    task.startedAt = io.clock.now();
    for (const [group, target] of targetsOf(task)) io.targets.register(group, target);
    change(task, "RUNNING");
  };

  const run = (task: Task, { container, spec }: Launch) => {
    const process = io.supervisor.start(spec);
    container.process = process;
    container.environment = spec.env;
    container.lastStatus = "RUNNING";
    processes.add(process);
    void process.exited.then((exit) => {
      processes.delete(process);
      ended(task, container, exit);
    });
  };

  const ended = (task: Task, container: Container, exit: Awaited<ManagedProcess["exited"]>) => {
    container.lastStatus = "STOPPED";
    container.exitCode = exitCodeOf(exit);
    if (exit.because !== undefined) container.reason = exit.because;
    if (container.essential) {
      const reason = exit.because ?? "Essential container in task exited";
      void stop(task, { code: "EssentialContainerExited", reason });
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
      // A target group that cannot drain must not keep the process alive.
      await Promise.allSettled(registered.map(([group, target]) => io.targets.deregister(group, target)));
    }
    change(task, "STOPPING");
    await endInOrder(task, (container) => endContainer(task, container));
    change(task, "DEPROVISIONING");
    releasePorts(task);
    task.stoppedAt = io.clock.now();
    change(task, "STOPPED");
  };

  return {
    start: (task) => void start(task),
    stop,
    async close() {
      closed = true;
      await Promise.all([...processes].map((process) => process.stop(CLOSE_GRACE_MS)));
    },
  };
}

async function endContainer(task: Task, container: Container): Promise<void> {
  const { stopTimeout = DEFAULT_STOP_TIMEOUT_S } = definitionOf(task, container);
  await container.process?.stop(stopTimeout * 1_000);
  container.lastStatus = "STOPPED";
}

function resolveImages(task: Task, images: ImageResolver): void {
  for (const container of task.containers) {
    const digest = images.digestOf(container.image);
    if (digest !== undefined) container.imageDigest = digest;
  }
}

async function takePorts(task: Task): Promise<void> {
  for (const container of task.containers) {
    if (container.containerPort !== undefined) container.hostPort = await takePort();
  }
}

function releasePorts(task: Task): void {
  for (const { hostPort } of task.containers) if (hostPort !== undefined) releasePort(hostPort);
}
