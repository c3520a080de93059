import { PublishCommand, SNSClient, SNSServiceException } from "@aws-sdk/client-sns";
import { sendMs } from "#chat/receivers/http.ts";
import type { Mail } from "#chat/receivers/receiver.ts";

/** Mail to whoever has subscribed to a topic, and confirmed it. */
export function mailBy(TopicArn: string, client = new SNSClient({})): Mail {
  return async ({ subject, text }) => {
    const command = new PublishCommand({ TopicArn, Subject: subject, Message: text });
    try {
      await client.send(command, { abortSignal: AbortSignal.timeout(sendMs) });
      return { kind: "accepted", reference: undefined };
    } catch (error) {
      const refused = error instanceof SNSServiceException && error.$fault === "client" && !error.$retryable;
      const reason = error instanceof Error ? error.name : "failed";
      return { kind: refused && !/Throttl/.test(reason) ? "refused" : "retry", reason };
    }
  };
}
