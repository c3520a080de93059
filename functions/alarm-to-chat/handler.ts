import middy from "@middy/core";
import * as v from "valibot";
import { carry } from "#chat/road.ts";
import { deferInQueue, ports } from "./effects.ts";
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

interface Clockwork {
  getRemainingTimeInMillis(): number;
}

/** Kept of the function's time for what a send takes, and for the record behind it. */
const reserveMs = 10_000;

/** What some chat did not take is named as failed, and SQS brings it again. */
export const handler = middy().handler(async (event: unknown, context: Clockwork) => {
  const { Records } = v.parse(Batch, event);
  const messages = Records.map(({ messageId, body, attributes }) => ({
    id: messageId,
    body,
    sentAt: attributes.SentTimestamp,
    receiveCount: attributes.ApproximateReceiveCount,
  }));
  const deadline = Date.now() + context.getRemainingTimeInMillis() - reserveMs;
  const deferred = await carry(messages, environment.CHAT_SETTINGS, ports, deadline);
  const receipts = new Map(Records.map(({ messageId, receiptHandle }) => [messageId, receiptHandle]));
  await deferInQueue(
    deferred.flatMap(({ id, afterMs }) => {
      const receipt = receipts.get(id);
      return receipt === undefined ? [] : [{ receipt, afterMs }];
    }),
  );
  return { batchItemFailures: deferred.map(({ id }) => ({ itemIdentifier: id })) };
});
