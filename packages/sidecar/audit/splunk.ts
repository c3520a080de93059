import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError, type Log } from "../log.ts";
import { backoff } from "./backoff.ts";
import type { AuditClient } from "./client.ts";
import { Complaint } from "./complaint.ts";
import { type Envelope, toLine } from "./event.ts";
import type { Delivery, Hec } from "./hec.ts";
import { Outbox } from "./outbox.ts";
import { heartbeatMs, Spool } from "./spool.ts";

export interface SplunkAuditOptions {
  readonly hec: Hec;
  readonly envelope: Envelope;
  readonly log: Log;
  readonly spoolRoot: string;
  readonly spoolMaxBytes: number;
  /** Events held in memory while the disk or HEC is busy. */
  readonly queueMax?: number;
}

/** How long an event waits for others to join its batch, in milliseconds. */
const gatherMs = 100;
const batchMost = 200;
const probeMs = 10_000;
const adoptMs = 5_000;
const spillMs = 250;

/**
 * Sends events to HEC in batches, one at a time and so in order. `record` only queues. What does not arrive waits on
 * disk, in front of what came later, and is sent until it arrives: at least once, so look for duplicates by `id`.
 */
export async function openSplunkAudit(options: SplunkAuditOptions): Promise<AuditClient> {
  const { hec, envelope, log, spoolRoot } = options;
  const spool = await Spool.open(spoolRoot, randomUUID(), options.spoolMaxBytes);
  const outbox = new Outbox(spool, options.queueMax ?? 10_000);
  const stop = new AbortController();
  let wake = Promise.withResolvers<void>();
  let batchSize = batchMost;
  let sequence = 0;
  let dropped = 0;
  let reportedDrops = 0;
  let failures = 0;
  let delivering: boolean | undefined;
  const complaint = new Complaint(log);

  function enqueue(event: object): void {
    sequence += 1;
    if (!outbox.add(toLine(event, randomUUID(), sequence, Date.now(), envelope))) dropped += 1;
    wake.resolve();
  }

  function complain(trouble: string): void {
    complaint.log(trouble, { queued: outbox.inMemory, spooled: outbox.onDisk, dropped });
  }

  /** Bounds memory, and what a kill would lose. */
  async function spill(): Promise<void> {
    try {
      const lost = await outbox.spill();
      dropped += lost;
      if (lost > 0) complain(`The audit spool is full (${options.spoolMaxBytes} bytes): events are dropped. Fix HEC.`);
    } catch (error) {
      complain(`The audit spool at ${spool.directory} fails: ${describeError(error)}.`);
    }
  }

  function succeed(): void {
    if (delivering !== true) log.info("HEC accepts audit events.", { spooled: outbox.onDisk, dropped });
    delivering = true;
    failures = 0;
    complaint.withdraw();
    if (dropped === reportedDrops) return;
    // So that the gap shows up in Splunk, too.
    enqueue({ action: "audit_gap", dropped: dropped - reportedDrops });
    reportedDrops = dropped;
  }

  /** What of `lines` is still to be delivered, and how long to wait before the next try. */
  function judge(lines: readonly string[], delivery: Delivery): { rest: readonly string[]; waitMs: number } {
    switch (delivery.kind) {
      case "delivered":
        succeed();
        return { rest: [], waitMs: 0 };
      case "malformed":
        dropped += 1;
        complain(delivery.explanation);
        return { rest: lines.slice(delivery.at + 1), waitMs: 0 };
      case "too-large":
        batchSize = Math.max(1, Math.floor(lines.length / 2));
        if (lines.length > 1) return { rest: lines, waitMs: 0 };
        dropped += 1;
        complain("HEC answered 413 to a single event, which is dropped.");
        return { rest: [], waitMs: 0 };
      case "retry":
      case "refused":
        failures += 1;
        delivering = false;
        complain(delivery.explanation);
        return { rest: lines, waitMs: Math.max(delivery.afterMs ?? 0, backoff(failures)) };
    }
  }

  /** Sends what is oldest. Returns how long to wait, in milliseconds. */
  async function deliver(): Promise<number> {
    const { lines, settle } = await outbox.next(batchSize);
    let left = lines;
    let waitMs = 0;
    while (left.length > 0 && waitMs === 0) {
      const batch = left.slice(0, batchSize);
      const result = judge(batch, await hec.send(batch, stop.signal));
      left = [...result.rest, ...left.slice(batch.length)];
      waitMs = result.waitMs;
    }
    await settle(left);
    return waitMs;
  }

  /** Until there is something to send, and a little longer to fill the batch. */
  async function gather(): Promise<void> {
    // When the last attempt failed and nothing new comes, a probe notices that HEC is back, so that `status` is
    // current.
    const probing = delivering === false ? [pause(probeMs, stop.signal)] : [];
    await Promise.race([wake.promise, ...probing]);
    await pause(gatherMs, stop.signal);
    if (outbox.isEmpty && delivering === false) judge([], await hec.probe(stop.signal));
  }

  /** Waits between attempts; what comes in meanwhile goes to disk. */
  async function rest(ms: number): Promise<void> {
    const until = Date.now() + ms;
    do {
      await spill();
      await pause(Math.min(spillMs, until - Date.now()), stop.signal);
    } while (Date.now() < until && !stop.signal.aborted);
  }

  async function adopt(): Promise<void> {
    try {
      const { events, lost } = await spool.adopt(spoolRoot);
      dropped += lost;
      if (events > 0) log.info("Took over audit events that another process left.", { events, lost });
      wake.resolve();
    } catch (error) {
      complain(`The audit spool at ${spoolRoot} cannot be searched: ${describeError(error)}.`);
    }
  }

  async function run(): Promise<void> {
    await adopt();
    judge([], await hec.probe(stop.signal));
    while (!stop.signal.aborted) {
      // Under load there is always something to send: a request to HEC for a few events costs more than the events.
      if (outbox.onDisk === 0 && outbox.inMemory < batchSize) await gather();
      wake = Promise.withResolvers();
      const waitMs = await deliver().catch((error: unknown) => {
        complain(`The audit spool at ${spool.directory} fails: ${describeError(error)}.`);
        return 1_000;
      });
      if (waitMs > 0) await rest(waitMs);
    }
  }

  const timers = [
    setInterval(() => void spool.touch().catch((error: unknown) => complain(describeError(error))), heartbeatMs),
    // A stalled HEC holds the loop for as long as its timeout: memory is relieved from here.
    setInterval(() => void adopt(), adoptMs),
    setInterval(() => void (outbox.isCrowded ? spill() : undefined), spillMs),
  ];
  for (const timer of timers) timer.unref();
  const running = run();
  let closing: Promise<void> | undefined;

  return {
    record: enqueue,
    status: () => ({
      enabled: true,
      delivering: delivering ?? false,
      queued: outbox.inMemory,
      spooled: outbox.onDisk,
      dropped,
    }),
    close: (deadlineMs) => {
      closing ??= close(deadlineMs);
      return closing;
    },
  };

  async function close(deadlineMs: number): Promise<void> {
    const late = AbortSignal.timeout(deadlineMs);
    // HEC gets one chance to accept the rest, and no second one if it is down.
    while (!outbox.isEmpty && failures === 0 && !late.aborted) await pause(20, late);
    stop.abort();
    wake.resolve();
    await running;
    for (const timer of timers) clearInterval(timer);
    await spill();
    if (!outbox.isEmpty) {
      log.error("Audit events wait on disk for the next process; a disk that ends with the task loses them.", {
        spooled: outbox.onDisk,
        lost: outbox.inMemory,
        directory: spool.directory,
      });
    }
    await spool.close();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
