import { PublishCommand, SNSClient, SNSServiceException } from "@aws-sdk/client-sns";
import type { Delivery } from "#chat/receivers/delivery.ts";
import { codeOf, failureOf, sendMs } from "#chat/receivers/http.ts";
import type { Mail } from "#chat/receivers/receiver.ts";

/** A standard topic knows no repetition: what the SDK sent again by itself would be a second mail that nobody counts. */
const once = { maxAttempts: 1 };

/** Mail to whoever has subscribed to a topic, and confirmed it. */
export function mailBy(TopicArn: string, client = new SNSClient(once)): Mail {
  return async ({ subject, text }) => {
    const command = new PublishCommand({ TopicArn, Subject: subject, Message: text });
    try {
      await client.send(command, { abortSignal: AbortSignal.timeout(sendMs) });
      return { kind: "accepted", reference: undefined };
    } catch (error) {
      return failed(error);
    }
  };
}

function failed(error: unknown): Delivery {
  if (!(error instanceof SNSServiceException)) {
    return failureOf({ kind: "failure", reason: codeOf(error) }) ?? { kind: "unknown", reason: "failed" };
  }
  const { name: reason, $fault, $metadata } = error;
  // https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
  if (/Throttl/.test(reason) || $metadata.httpStatusCode === 429) return { kind: "retry", reason };
  // What failed inside may have failed after the message was taken.
  return $fault === "client" ? { kind: "refused", reason } : { kind: "unknown", reason };
}
