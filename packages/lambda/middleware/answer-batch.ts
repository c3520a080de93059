import type { MiddlewareObj } from "@middy/core";
import * as v from "valibot";

/** What SQS brings. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const SqsEvent = v.object({
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
export type SqsRecord = v.InferOutput<typeof SqsEvent>["Records"][number];

/**
 * Reports to SQS which messages to deliver again: the handler returns their ids. A handler that throws fails them all.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function answerBatch(): MiddlewareObj<unknown, unknown> {
  return {
    after(request) {
      const failed = v.parse(v.array(v.string()), request.response);
      request.response = { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    },
  };
}
