import { randomUUID } from "node:crypto";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import type { Clock, MetricSink } from "#endpoint/core/ports.ts";
import { type Environment, type EnvironmentHost, type Execution, startEnvironment } from "./environment.ts";
import type { FunctionVersion, Resolved } from "./functions.ts";

/** One machine's share of Lambda's scale: further invocations wait for a free process. */
const MAX_ENVIRONMENTS = 32;
/**
 * How long an invocation waits for the one process of its function before it starts another, and twice as long for each
 * further one: a process costs 70 MB and half a second of a core, and events come in bursts.
 */
const PATIENCE_MS = 1_000;
/** Of those with nothing to do the latest are kept: what ran just now is likely to run again. */
const MAX_IDLE = 2;
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
  const waiting = new Set<() => void>();
  const starting: FunctionVersion[] = [];

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
    wakeAll();
  };

  /** Those that wait look again, each for what it waits for. */
  const wakeAll = () => {
    for (const wake of waiting) wake();
    waiting.clear();
  };

  /** Until something has changed, or for `ms`. */
  const change = async (ms?: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    const late = new AbortController();
    await Promise.race(ms === undefined ? [promise] : [promise, ports.clock.sleep(ms, late.signal)]);
    late.abort();
    waiting.delete(resolve);
  };

  const environmentsOf = (version: FunctionVersion) =>
    [...slots].filter(({ environment }) => environment.alive && isSame(environment.version, version));

  /** A free environment of this revision: at once, or as long as one is worth waiting for. */
  const warm = async (version: FunctionVersion, since: number): Promise<Slot | undefined> => {
    for (;;) {
      const own = environmentsOf(version);
      const free = own.find(({ busy }) => !busy);
      if (free !== undefined) {
        free.busy = true;
        free.reprieve.abort();
        return free;
      }
      const count = own.length + starting.filter((one) => isSame(one, version)).length;
      const patience = since + PATIENCE_MS * 2 ** (count - 1) - ports.clock.now();
      if (count === 0 || patience <= 0) return undefined;
      await change(patience);
    }
  };

  const makeRoom = async () => {
    const idle = [...slots].find((slot) => !slot.busy);
    if (idle !== undefined) await discard(idle);
    else await change();
  };

  /** A warm environment of this revision, or a new one: in the place of the one idle for longest if need be. */
  const acquire = async (version: FunctionVersion): Promise<Slot> => {
    const since = ports.clock.now();
    for (;;) {
      const slot = await warm(version, since);
      if (slot !== undefined) return slot;
      if (slots.size + starting.length < MAX_ENVIRONMENTS) break;
      await makeRoom();
    }
    starting.push(version);
    try {
      const environment = await startEnvironment(version, ports);
      const slot: Slot = { environment, busy: true, retired: false, reprieve: new AbortController() };
      slots.add(slot);
      return slot;
    } finally {
      starting.splice(starting.indexOf(version), 1);
    }
  };

  const release = async (slot: Slot) => {
    const { environment } = slot;
    if (!environment.alive || slot.retired) return discard(slot);
    slot.busy = false;
    slot.reprieve = new AbortController();
    // To the end of the line: the first that is idle has been so for longest.
    slots.delete(slot);
    slots.add(slot);
    wakeAll();
    const idle = [...slots].filter(({ busy }) => !busy);
    if (idle.length > MAX_IDLE && idle[0] !== undefined) void discard(idle[0]);
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

function isSame(one: FunctionVersion, other: FunctionVersion): boolean {
  return one.arn === other.arn && one.revisionId === other.revisionId;
}

function assertRunnable({ configuration }: FunctionVersion): void {
  if (configuration.PackageType === "Image") throw notEmulated("A function from a container image");
  if (!/^nodejs\d+\.x$/.test(configuration.Runtime ?? "")) {
    throw notEmulated(`The Lambda runtime '${configuration.Runtime ?? "none"}' (here: nodejs18.x and later)`);
  }
}
