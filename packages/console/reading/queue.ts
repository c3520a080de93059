import { GetQueueAttributesCommand, GetQueueUrlCommand, QueueDoesNotExist, type SQSClient } from "@aws-sdk/client-sqs";

/** Counts are approximate, and settle within a minute: they are shown, and decide nothing. */
const counts = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

/** How many messages a queue holds, those that somebody works on or that wait for another attempt included. */
export function createQueueReader(QueueName: string, client: SQSClient): () => Promise<number> {
  let address: string | undefined;
  return async () => {
    try {
      address ??= (await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;
      const ask = new GetQueueAttributesCommand({ QueueUrl: address, AttributeNames: [...counts] });
      const { Attributes = {} } = await client.send(ask);
      return counts.reduce((sum, count) => sum + Number(Attributes[count] ?? 0), 0);
    } catch (error) {
      // Before the first deploy, and after a removal.
      if (error instanceof QueueDoesNotExist) return 0;
      throw error;
    }
  };
}
