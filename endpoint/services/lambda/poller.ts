import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Clock, QueueClient, QueueMessage } from "#endpoint/core/ports.ts";
import { parsePattern } from "#endpoint/services/events/pattern.ts";
import type { Executor } from "./executor.ts";
import type { Functions } from "./functions.ts";
import type { EventSourceMapping, Mappings } from "./mappings.ts";
import { jsonOf } from "./outcome.ts";

/** Lambda starts with five pollers per queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const CONCURRENT_BATCHES = 5;
/** SQS returns ten messages at most. */
const MAX_RECEIVE = 10;
const LONG_POLL_S = 20;
const MAX_BACKOFF_MS = 60_000;

export interface PollerPorts {
  readonly clock: Clock;
  readonly queues: QueueClient;
  readonly functions: Functions;
  readonly executor: Executor;
  readonly mappings: Mappings;
  readonly region: string;
}

export interface Poller {
  /** Polls for the mapping as it now is, or no longer if it is disabled or gone. */
  refresh(uuid: string): void;
  stop(): Promise<void>;
}

export function createPoller(ports: PollerPorts): Poller {
  const loops = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  const end = (uuid: string) => {
    const loop = loops.get(uuid);
    loops.delete(uuid);
    loop?.stop.abort();
    return loop?.ended;
  };
  return {
    refresh(uuid) {
      void end(uuid);
      const mapping = ports.mappings.list().find((one) => one.uuid === uuid);
      if (mapping === undefined || !mapping.settings.Enabled) return;
      const stop = new AbortController();
      loops.set(uuid, { stop, ended: poll(mapping, ports, stop.signal) });
    },
    async stop() {
      await Promise.all([...loops.keys()].map(end));
    },
  };
}

async function poll(mapping: EventSourceMapping, ports: PollerPorts, signal: AbortSignal): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  const limit = Math.min(mapping.settings.ScalingConfig.MaximumConcurrency ?? CONCURRENT_BATCHES, CONCURRENT_BATCHES);
  let failures = 0;
  const backOff = () => ports.clock.sleep(Math.min(1_000 * 2 ** (failures - 1), MAX_BACKOFF_MS), signal);

  while (!signal.aborted) {
    try {
      const batch = await gather(mapping, ports, signal);
      if (batch.length === 0) continue;
      const work = processBatch(mapping, batch, ports)
        .then((result) => {
          failures = 0;
          ports.mappings.record(mapping.uuid, result);
        })
        .catch((error: unknown) => {
          failures += 1;
          ports.mappings.record(mapping.uuid, `PROBLEM: ${error instanceof Error ? error.message : String(error)}`);
        })
        .finally(() => inFlight.delete(work));
      inFlight.add(work);
      if (inFlight.size >= limit) await Promise.race(inFlight);
    } catch (error) {
      failures += 1;
      ports.mappings.record(mapping.uuid, `PROBLEM: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (failures > 0) await backOff();
  }
  await Promise.all(inFlight);
}

/** Waits for a first message, then for more of them until the batch is full or its window has passed. */
async function gather(
  { settings }: EventSourceMapping,
  { clock, queues }: PollerPorts,
  signal: AbortSignal,
): Promise<readonly QueueMessage[]> {
  const { EventSourceArn: queue, BatchSize } = settings;
  const receive = (room: number, waitSeconds: number) =>
    queues.receive(queue, { max: Math.min(room, MAX_RECEIVE), waitSeconds }, signal);
  const batch = [...(await receive(BatchSize, LONG_POLL_S))];
  const closesAt = clock.now() + settings.MaximumBatchingWindowInSeconds * 1_000;
  while (batch.length > 0 && batch.length < BatchSize && !signal.aborted) {
    const left = closesAt - clock.now();
    if (left <= 0) break;
    const more = await receive(BatchSize - batch.length, Math.min(Math.ceil(left / 1_000), LONG_POLL_S));
    batch.push(...more);
  }
  if (!signal.aborted) return batch;
  await Promise.all(batch.map((message) => queues.release(queue, message.receiptHandle, 0)));
  return [];
}

/** Messages of a batch that failed come back when their visibility timeout ends, as on AWS. */
async function processBatch(
  { settings, functionArn }: EventSourceMapping,
  received: readonly QueueMessage[],
  { queues, functions, executor, region }: PollerPorts,
): Promise<string> {
  const queue = settings.EventSourceArn;
  const batch = received.filter((message) => isWanted(message, settings.FilterCriteria.Filters));
  const unwanted = received.filter((message) => !batch.includes(message));
  await Promise.all(unwanted.map((message) => queues.delete(queue, message.receiptHandle)));
  if (batch.length === 0) return "OK";
  const payload = JSON.stringify({ Records: batch.map((message) => sqsRecord(message, queue, region)) });
  const { result } = await executor.execute(functions.resolve(functionArn), payload);
  if (result.kind === "function-error") return "PROBLEM: Function call failed";
  const failed = settings.FunctionResponseTypes.includes("ReportBatchItemFailures")
    ? failedItems(result.payload, batch)
    : new Set<string>();
  const done = batch.filter((message) => !failed.has(message.messageId));
  await Promise.all(done.map((message) => queues.delete(queue, message.receiptHandle)));
  return failed.size === 0 ? "OK" : `PROBLEM: ${failed.size} of ${batch.length} records failed`;
}

/**
 * One filter of several is enough; what passes none is deleted unseen.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
function isWanted(message: QueueMessage, filters: readonly { readonly Pattern?: string | undefined }[]): boolean {
  const document = { messageId: message.messageId, attributes: message.attributes, body: jsonOf(message.body) };
  return filters.length === 0 || filters.some(({ Pattern = "" }) => parsePattern(Pattern).matches(document));
}

const batchResponse = v.nullish(
  v.object({ batchItemFailures: v.nullish(v.array(v.object({ itemIdentifier: v.pipe(v.string(), v.nonEmpty()) }))) }),
);

/**
 * An answer that is malformed, or that names a message which is not of the batch, fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function failedItems(payload: string, batch: readonly QueueMessage[]): ReadonlySet<string> {
  const ids = new Set(batch.map((message) => message.messageId));
  const parsed = v.safeParse(batchResponse, JSON.parse(payload));
  if (!parsed.success) return ids;
  const named = (parsed.output?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier);
  return named.every((id) => ids.has(id)) ? new Set(named) : ids;
}

function sqsRecord(message: QueueMessage, queueArn: string, region: string) {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes: {},
    md5OfBody: createHash("md5").update(message.body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}
