import { ChangeMessageVisibilityBatchCommand, SQSClient } from "@aws-sdk/client-sqs";

const client = new SQSClient({});

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html: ten at
 * once.
 */
const visibilityBatch = 10;

export interface DeferredMessage {
  readonly receiptHandle: string;
  readonly afterMs: number;
}

/**
 * Leaves messages in the queue for as long as a chat asked.
 *
 * @returns how many SQS rejected; these come back with the queue's own timeout
 */
export async function defer(queueUrl: string, messages: readonly DeferredMessage[]): Promise<number> {
  let failed = 0;
  for (let from = 0; from < messages.length; from += visibilityBatch) {
    const Entries = messages.slice(from, from + visibilityBatch).map(({ receiptHandle, afterMs }, index) => ({
      Id: String(index),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: Math.ceil(afterMs / 1000),
    }));
    const { Failed = [] } = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    failed += Failed.length;
  }
  return failed;
}
