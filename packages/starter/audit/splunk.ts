import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError, type Log } from "../log.ts";
import { backoff } from "./backoff.ts";
import type { AuditClient, AuditStatus } from "./client.ts";
import { type AuditEvent, type Envelope, toLine } from "./event.ts";
import type { Delivery, Hec } from "./hec.ts";
import { Spool } from "./spool.ts";

export interface SplunkAuditOptions {
  readonly hec: Hec;
  readonly envelope: Envelope;
  readonly log: Log;
  readonly spoolRoot: string;
  readonly spoolMaxBytes: number;
  /** Events held in memory while the disk or HEC is busy. */
  readonly queueMax?: number;
  /** How long an event waits for company, in milliseconds. */
  readonly gatherMs?: number;
  readonly batchEvents?: number;
}

const heartbeatMs = 10_000;
const probeMs = 10_000;
/** The same trouble is said once in this long. */
const repeatMs = 60_000;

/**
 * Sends events to HEC in batches, one at a time and so in order. `record` only queues. What does not arrive waits on
 * disk, in front of what came later, and is sent until it arrives: at least once, so look for duplicates by `id`.
 */
export async function openSplunkAudit(options: SplunkAuditOptions): Promise<AuditClient> {
  const { hec, envelope, log, spoolRoot } = options;
  const queueMax = options.queueMax ?? 10_000;
  const gatherMs = options.gatherMs ?? 100;
  let batchEvents = options.batchEvents ?? 200;

  const spool = await Spool.open(spoolRoot, randomUUID(), options.spoolMaxBytes);
  const queue: string[] = [];
  const stop = new AbortController();
  let wake = Promise.withResolvers<void>();
  let sequence = 0;
  let inFlight = 0;
  let dropped = 0;
  let reportedDrops = 0;
  let failures = 0;
  let delivering: boolean | undefined;
  let said = { explanation: "", at: 0 };

  function enqueue(event: object): void {
    sequence += 1;
    if (queue.length >= queueMax) {
      dropped += 1;
      return;
    }
    queue.push(toLine(event, randomUUID(), sequence, Date.now(), envelope));
    wake.resolve();
  }

  /** Moves the queue to disk, so that memory stays bounded and a kill loses little. */
  async function spill(): Promise<void> {
    const lines = queue.splice(0);
    if (lines.length === 0) return;
    const lost = await spool.append(lines);
    if (lost === 0) return;
    dropped += lost;
    tell(`The audit spool is full (${options.spoolMaxBytes} bytes): ${dropped} events dropped so far. Mend HEC.`);
  }

  function tell(explanation: string): void {
    if (explanation === said.explanation && Date.now() - said.at < repeatMs) return;
    said = { explanation, at: Date.now() };
    log.error(explanation, { queued: queue.length, spooled: spool.events, dropped });
  }

  function succeed(): void {
    if (delivering !== true) log.info("HEC takes audit events.", { spooled: spool.events, dropped });
    delivering = true;
    failures = 0;
    said = { explanation: "", at: 0 };
    if (dropped === reportedDrops) return;
    // Splunk learns of the gap from the log itself.
    enqueue({ action: "audit_gap", dropped: dropped - reportedDrops });
    reportedDrops = dropped;
  }

  /** Returns the lines that are still to be delivered, and how long to wait before the next try. */
  function settle(lines: readonly string[], delivery: Delivery): { rest: readonly string[]; waitMs: number } {
    switch (delivery.kind) {
      case "delivered":
        succeed();
        return { rest: [], waitMs: 0 };
      case "malformed":
        dropped += 1;
        tell(delivery.explanation);
        return { rest: lines.slice(delivery.at + 1), waitMs: 0 };
      case "too-large":
        if (lines.length === 1) {
          dropped += 1;
          tell("HEC answered 413 to a single event, which is dropped.");
          return { rest: [], waitMs: 0 };
        }
        batchEvents = Math.max(1, Math.floor(lines.length / 2));
        return { rest: lines, waitMs: 0 };
      case "retry":
      case "refused":
        failures += 1;
        delivering = false;
        tell(delivery.explanation);
        return { rest: lines, waitMs: delivery.afterMs ?? backoff(failures) };
    }
  }

  async function send(lines: readonly string[]): Promise<{ rest: readonly string[]; waitMs: number }> {
    let left = lines;
    while (left.length > 0) {
      const batch = left.slice(0, batchEvents);
      const { rest, waitMs } = settle(batch, await hec.send(batch, stop.signal));
      left = [...rest, ...left.slice(batch.length)];
      if (waitMs > 0) return { rest: left, waitMs };
    }
    return { rest: [], waitMs: 0 };
  }

  /** Sends what is oldest. Returns how long to wait, in milliseconds. */
  async function deliver(): Promise<number> {
    const segment = await spool.head();
    if (segment === undefined) {
      const lines = queue.splice(0, batchEvents);
      inFlight = lines.length;
      const { rest, waitMs } = await send(lines);
      if (rest.length > 0) await spool.prepend(rest);
      inFlight = 0;
      return waitMs;
    }
    const { rest, waitMs } = await send(segment.lines);
    if (rest.length === segment.lines.length) return waitMs;
    // In this order a kill in between sends events twice; in the other it would lose them.
    if (rest.length > 0) await spool.prepend(rest);
    await spool.remove(segment);
    return waitMs;
  }

  /** Waits while HEC rests; what comes in meanwhile goes to disk. */
  async function rest(ms: number): Promise<void> {
    const until = Date.now() + ms;
    do {
      await spill();
      await pause(Math.min(250, until - Date.now()), stop.signal);
    } while (Date.now() < until && !stop.signal.aborted);
  }

  const isIdle = (): boolean => queue.length === 0 && spool.events === 0;

  /** Until there is something to send, and a little longer so that it has company. */
  async function gather(): Promise<void> {
    // When the last try failed and nothing comes, a probe finds out that HEC is back: `status` shall not lag behind.
    const probing = delivering === false ? [pause(probeMs, stop.signal)] : [];
    await Promise.race([wake.promise, ...probing]);
    await pause(gatherMs, stop.signal);
    if (isIdle() && delivering === false) settle([], await hec.probe(stop.signal));
  }

  async function run(): Promise<void> {
    await adopt();
    settle([], await hec.probe(stop.signal));
    while (!stop.signal.aborted) {
      if (isIdle()) await gather();
      wake = Promise.withResolvers();
      const waitMs = await attempt();
      if (waitMs > 0) await rest(waitMs);
    }
  }

  async function attempt(): Promise<number> {
    try {
      return await deliver();
    } catch (error) {
      // The disk: events stay in memory, bounded, and the next round tries again.
      tell(`The audit spool at ${spool.directory} fails: ${describeError(error)}. Audit events are kept in memory.`);
      return 1_000;
    }
  }

  async function adopt(): Promise<void> {
    try {
      const found = await spool.adopt(spoolRoot);
      if (found > 0) log.info("Took over audit events that an earlier process could not deliver.", { events: found });
    } catch (error) {
      tell(`The audit spool at ${spoolRoot} cannot be searched: ${describeError(error)}.`);
    }
  }

  const heartbeat = setInterval(
    () => void spool.touch().catch((error: unknown) => tell(describeError(error))),
    heartbeatMs,
  );
  heartbeat.unref();
  // A stalled HEC holds the loop for as long as its timeout: memory is relieved from here.
  const relief = setInterval(() => {
    if (queue.length > queueMax / 2) void spill().catch((error: unknown) => tell(describeError(error)));
  }, 250);
  relief.unref();
  const running = run();

  const status = (): AuditStatus => ({
    enabled: true,
    delivering: delivering ?? false,
    queued: queue.length + inFlight,
    spooled: spool.events,
    dropped,
  });

  return {
    record: (event: AuditEvent) => enqueue(event),
    status,
    close: async (deadlineMs) => {
      const deadline = Date.now() + deadlineMs;
      const late = AbortSignal.timeout(deadlineMs);
      while (queue.length + inFlight + spool.events > 0 && !late.aborted && failures === 0) {
        wake.resolve();
        await pause(20, late);
      }
      stop.abort();
      wake.resolve();
      await Promise.race([running, sleep(Math.max(0, deadline - Date.now()) + 100, undefined, { ref: false })]);
      clearInterval(heartbeat);
      clearInterval(relief);
      await spill();
      if (spool.events > 0) {
        log.error("Audit events wait on disk for the next process; on a disk that ends with the task they are lost.", {
          spooled: spool.events,
          directory: spool.directory,
        });
      }
      await spool.close();
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
