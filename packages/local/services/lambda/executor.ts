import { randomUUID } from "node:crypto";
import { AwsError, notEmulated } from "#local/endpoint/errors.ts";
import type { Clock, MetricSink } from "#local/endpoint/ports.ts";
import { type Environment, type EnvironmentHost, type Execution, startEnvironment } from "./environment.ts";
import type { FunctionVersion, Resolved } from "./functions.ts";

/** One machine's share of Lambda's scale: further invocations wait for a process to come free. */
const MAX_ENVIRONMENTS = 32;
const IDLE_MS = 5 * 60_000;

export interface ExecutorPorts extends EnvironmentHost {
  readonly clock: Clock;
  readonly metrics: MetricSink;
}

export interface Executor {
  /** Runs one event to its end. Throws `TooManyRequestsException` at the reserved concurrency. */
  execute(target: Resolved, payload: string, requestId?: string): Promise<Execution>;
  /** Ends the idle environments of a function; busy ones end after their event. */
  retire(functionName: string): void;
  stop(): Promise<void>;
}

interface Slot {
  readonly environment: Environment;
  busy: boolean;
  retired: boolean;
  /** Aborts the wait for idleness to end. */
  reprieve: AbortController;
}

export function createExecutor(ports: ExecutorPorts): Executor {
  const slots = new Set<Slot>();
  const active = new Map<string, number>();
  const waiting: (() => void)[] = [];
  let starting = 0;

  const measure = (name: string, metric: string, value: number, unit: string) =>
    ports.metrics.put({
      namespace: "AWS/Lambda",
      metric,
      dimensions: { FunctionName: name },
      value,
      unit,
      at: ports.clock.now(),
    });

  const discard = async (slot: Slot) => {
    slot.reprieve.abort();
    slots.delete(slot);
    await slot.environment.stop();
    waiting.shift()?.();
  };

  const idleSlot = (version: FunctionVersion) =>
    [...slots].find(
      (slot) =>
        !slot.busy &&
        slot.environment.alive &&
        slot.environment.version.arn === version.arn &&
        slot.environment.version.revisionId === version.revisionId,
    );

  /** A warm environment of this revision, or a new one: in the place of the one idle for longest if need be. */
  const acquire = async (version: FunctionVersion): Promise<Slot> => {
    for (;;) {
      const warm = idleSlot(version);
      if (warm !== undefined) {
        warm.busy = true;
        warm.reprieve.abort();
        return warm;
      }
      if (slots.size + starting < MAX_ENVIRONMENTS) break;
      const idle = [...slots].find((slot) => !slot.busy);
      if (idle !== undefined) await discard(idle);
      else await new Promise<void>((resolve) => waiting.push(resolve));
    }
    starting += 1;
    try {
      const environment = await startEnvironment(version, ports);
      const slot: Slot = { environment, busy: true, retired: false, reprieve: new AbortController() };
      slots.add(slot);
      return slot;
    } finally {
      starting -= 1;
    }
  };

  const release = async (slot: Slot) => {
    const { environment } = slot;
    if (!environment.alive || slot.retired) return discard(slot);
    slot.busy = false;
    slot.reprieve = new AbortController();
    waiting.shift()?.();
    const { signal } = slot.reprieve;
    void ports.clock.sleep(IDLE_MS, signal).then(() => (signal.aborted ? undefined : discard(slot)));
  };

  return {
    async execute({ fn, version }, payload, requestId = randomUUID()) {
      assertRunnable(version);
      const running = active.get(fn.name) ?? 0;
      if (fn.reservedConcurrency !== undefined && running >= fn.reservedConcurrency) {
        measure(fn.name, "Throttles", 1, "Count");
        throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
      }
      active.set(fn.name, running + 1);
      measure(fn.name, "ConcurrentExecutions", running + 1, "Count");
      try {
        const slot = await acquire(version);
        const execution = await slot.environment.run(requestId, payload, version.arn).finally(() => release(slot));
        measure(fn.name, "Invocations", 1, "Count");
        measure(fn.name, "Errors", execution.result.kind === "function-error" ? 1 : 0, "Count");
        measure(fn.name, "Duration", execution.duration, "Milliseconds");
        return execution;
      } finally {
        active.set(fn.name, (active.get(fn.name) ?? 1) - 1);
      }
    },
    retire(functionName) {
      for (const slot of slots) {
        if (slot.environment.version.functionName !== functionName) continue;
        slot.retired = true;
        if (!slot.busy) void discard(slot);
      }
    },
    async stop() {
      await Promise.all([...slots].map(discard));
    },
  };
}

function assertRunnable({ configuration }: FunctionVersion): void {
  if (configuration.PackageType === "Image") throw notEmulated("A function from a container image");
  if (!/^nodejs\d+\.x$/.test(configuration.Runtime ?? "")) {
    throw notEmulated(`The Lambda runtime '${configuration.Runtime ?? "none"}' (here: nodejs18.x and later)`);
  }
}
