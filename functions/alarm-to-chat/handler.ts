import { sendMs } from "#chat/receivers/http.ts";
import { carry, type Deferral } from "#chat/road.ts";
import { log } from "#lambda/log.ts";
import { answerBatch, SqsEvent, type SqsRecord } from "#lambda/middleware/answer-batch.ts";
import { receive } from "#lambda/middleware/index.ts";
import { ports } from "./effects.ts";
import { environment } from "./environment.ts";

/** Reserved at the end of the function's time for a send in progress and its record. */
const reserveMs = sendMs + 5_000;

/** Messages that some chat did not accept are reported as failed, and SQS delivers them again. */
export const handler = receive(SqsEvent, reserveMs)
  .use(answerBatch())
  .handler(async ({ Records }, { deadline }) => {
    const messages = Records.map(({ messageId, body, attributes }) => ({
      id: messageId,
      body,
      sentAt: attributes.SentTimestamp,
      receiveCount: attributes.ApproximateReceiveCount,
    }));
    const deferred = await carry(messages, environment().CHAT_SETTINGS, ports(), deadline);
    await leaveInQueue(Records, deferred);
    return deferred.map(({ id }) => id);
  });

async function leaveInQueue(records: readonly SqsRecord[], deferred: readonly Deferral[]): Promise<void> {
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
    // They are still reported as failed, and come back with the queue's own timeout.
    log({ level: "warn", message: "Not deferred", reason: error instanceof Error ? error.name : "unknown" });
  }
}
