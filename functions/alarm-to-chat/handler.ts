import middy from "@middy/core";
import * as v from "valibot";
import type { Log } from "#chat/ports.ts";
import { carry, type Deferral } from "#chat/road.ts";
import { environment } from "./environment.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const Batch = v.object({
  Records: v.array(
    v.object({
      messageId: v.string(),
      receiptHandle: v.string(),
      body: v.string(),
      attributes: v.object({
        SentTimestamp: v.pipe(v.string(), v.transform(Number)),
        ApproximateReceiveCount: v.pipe(v.string(), v.transform(Number)),
      }),
    }),
  ),
});

type Records = v.InferOutput<typeof Batch>["Records"];

/** The part of Lambda's context that is used. */
interface Lifetime {
  getRemainingTimeInMillis(): number;
}

/** Kept of the function's time for what a send takes, and for the record behind it. */
const reserveMs = 10_000;

/** What some chat did not take is named as failed, and SQS brings it again. */
export const handler = middy().handler(async (event: unknown, context: Lifetime) => {
  const { Records } = v.parse(Batch, event);
  const messages = Records.map(({ messageId, body, attributes }) => ({
    id: messageId,
    body,
    sentAt: attributes.SentTimestamp,
    receiveCount: attributes.ApproximateReceiveCount,
  }));
  const deadline = Date.now() + context.getRemainingTimeInMillis() - reserveMs;
  // With the SDK clients: compiled when there is something to tell, not while the function starts.
  const { ports } = await import("./effects.ts");
  const deferred = await carry(messages, environment().CHAT_SETTINGS, ports, deadline);
  await leaveInQueue(Records, deferred, ports.log);
  return { batchItemFailures: deferred.map(({ id }) => ({ itemIdentifier: id })) };
});

async function leaveInQueue(records: Records, deferred: readonly Deferral[], log: Log): Promise<void> {
  if (deferred.length === 0) return;
  const receipts = new Map(records.map(({ messageId, receiptHandle }) => [messageId, receiptHandle]));
  const messages = deferred.flatMap(({ id, afterMs }) => {
    const receiptHandle = receipts.get(id);
    return receiptHandle === undefined ? [] : [{ receiptHandle, afterMs }];
  });
  try {
    const { defer } = await import("./queue.ts");
    const failed = await defer(environment().ALARM_QUEUE_URL, messages);
    log({ level: "info", message: "Left in the queue", count: messages.length, withQueuesOwnTimeout: failed });
  } catch (error) {
    // They are named as failed all the same, and come back with the queue's own timeout.
    log({ level: "warn", message: "Not deferred", reason: error instanceof Error ? error.name : "unknown" });
  }
}
