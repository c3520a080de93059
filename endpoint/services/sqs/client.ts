import * as v from "valibot";
import type { QueueClient, QueueMessage } from "#endpoint/core/ports.ts";
import { queueName } from "./identity.ts";

const received = v.object({
  Messages: v.optional(
    v.array(
      v.object({
        MessageId: v.string(),
        ReceiptHandle: v.string(),
        Body: v.string(),
        Attributes: v.optional(v.record(v.string(), v.string()), {}),
      }),
    ),
    [],
  ),
});

type Call = (operation: string, input: object) => Promise<unknown>;

export function createQueueClient(call: Call): QueueClient {
  /** The emulator finds a queue by the last segment of its URL. */
  const at = (arn: string) => ({ QueueUrl: `/${queueName(arn)}` });

  const release = async (arn: string, ReceiptHandle: string, seconds: number) =>
    void (await call("ChangeMessageVisibility", { ...at(arn), ReceiptHandle, VisibilityTimeout: seconds }));

  async function poll(arn: string, max: number, waitSeconds: number): Promise<readonly QueueMessage[]> {
    const answer = await call("ReceiveMessage", {
      ...at(arn),
      MaxNumberOfMessages: max,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["All"],
    });
    return v.parse(received, answer).Messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes,
    }));
  }

  return {
    async send(arn, body, attributes = {}) {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
      );
      await call("SendMessage", { ...at(arn), MessageBody: body, MessageAttributes });
    },
    async receive(arn, { max, waitSeconds }, signal) {
      if (signal.aborted) return [];
      const polling = poll(arn, max, waitSeconds);
      const given = await orAborted(polling, signal);
      if (given !== undefined) return given;
      // Nobody takes what this poll still finds: hand it back, rather than hide it for a visibility timeout.
      polling
        .then((late) => Promise.all(late.map((message) => release(arn, message.receiptHandle, 0))))
        .catch(() => undefined);
      return [];
    },
    async delete(arn, ReceiptHandle) {
      await call("DeleteMessage", { ...at(arn), ReceiptHandle });
    },
    release,
  };
}

/** `undefined` if the signal was aborted first. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
