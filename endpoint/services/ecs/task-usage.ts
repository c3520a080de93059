import { setTimeout as sleep } from "node:timers/promises";
import type { MetricDatum, MetricSink } from "#endpoint/core/ports.ts";
import { readUsage, type Usage } from "#endpoint/processes/usage.ts";
import type { Container, Task } from "./model.ts";

/** A process that grows faster is stopped a second late. */
const everyMs = 1_000;
const mebibyte = 1_048_576;

export interface TaskUsagePorts {
  readonly clock: { now(): number };
  readonly metrics: MetricSink;
  tasks(): readonly Task[];
}

/**
 * Measures what tasks use against the size of their task definition, reports it per service as Fargate does, and kills
 * what needs more memory than it has.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
 */
export async function watchTaskUsage(io: TaskUsagePorts, signal: AbortSignal): Promise<void> {
  const meter = new Meter(io);
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { ref: false, signal }).catch(() => undefined);
    const tasks = signal.aborted ? [] : io.tasks().filter(({ lastStatus }) => lastStatus === "RUNNING");
    if (tasks.length > 0) await meter.measure(tasks);
  }
}

class Meter {
  readonly #io: TaskUsagePorts;
  /** Seconds of a processor that each process had used at the last look. */
  #before: ReadonlyMap<number, number> = new Map();
  #last: number;

  constructor(io: TaskUsagePorts) {
    this.#io = io;
    this.#last = io.clock.now();
  }

  async measure(tasks: readonly Task[]): Promise<void> {
    const usage = await readUsage(new Set(tasks.flatMap(pidsOf)));
    const now = this.#io.clock.now();
    const seconds = Math.max(0.001, (now - this.#last) / 1_000);
    for (const task of tasks) this.#judge(task, usage, { seconds, now });
    this.#last = now;
    this.#before = new Map([...usage].map(([pid, { cpuSeconds }]) => [pid, cpuSeconds]));
  }

  #judge(
    task: Task,
    usage: ReadonlyMap<number, Usage>,
    { seconds, now }: { readonly seconds: number; readonly now: number },
  ): void {
    const used = pidsOf(task).flatMap((pid) => {
      const found = usage.get(pid);
      // Of one that was not there before, only what comes from now on counts.
      return found === undefined ? [] : [{ ...found, before: this.#before.get(pid) ?? found.cpuSeconds }];
    });
    if (used.length === 0) return;
    const bytes = used.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    const cpus = used.reduce((sum, { cpuSeconds, before }) => sum + Math.max(0, cpuSeconds - before), 0) / seconds;
    const size = sizeOf(task);
    const shares = { cpu: (100 * cpus) / size.cpus, memory: (100 * bytes) / size.bytes };
    for (const datum of reportOf(task, shares, now)) this.#io.metrics.put(datum);
    if (bytes > size.bytes) killForMemory(task);
  }
}

function pidsOf({ containers }: Task): readonly number[] {
  return containers.flatMap(({ process, lastStatus }) =>
    process === undefined || process.pid === 0 || lastStatus !== "RUNNING" ? [] : [process.pid],
  );
}

/** Of the task; without one, the smallest that Fargate has. */
function sizeOf({ definition: { input } }: Task): { readonly cpus: number; readonly bytes: number } {
  return { cpus: Number(input.cpu ?? 256) / 1_024, bytes: Number(input.memory ?? 512) * mebibyte };
}

function reportOf(
  { group, clusterArn }: Task,
  { cpu, memory }: { readonly cpu: number; readonly memory: number },
  at: number,
): readonly MetricDatum[] {
  if (!group.startsWith("service:")) return [];
  const dimensions = {
    ClusterName: clusterArn.slice(clusterArn.lastIndexOf("/") + 1),
    ServiceName: group.slice("service:".length),
  };
  const datum = { namespace: "AWS/ECS", dimensions, at, unit: "Percent" } as const;
  return [
    { ...datum, metric: "CPUUtilization", value: cpu },
    { ...datum, metric: "MemoryUtilization", value: memory },
  ];
}

/** As the kernel does for the container's control group: at once, and with all that it started. */
function killForMemory({ containers }: Task): void {
  for (const container of containers) kill(container);
}

function kill(container: Container): void {
  if (container.process === undefined || container.lastStatus !== "RUNNING") return;
  container.reason = "OutOfMemoryError: Container killed due to memory usage";
  try {
    process.kill(-container.process.pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}
