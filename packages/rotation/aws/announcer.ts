import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { Announcer, Notice, Outcome } from "../ports.ts";

/** How each outcome reads in a chat: `firing` stands until a `resolved` or `succeeded` of the same secret. */
export const tone = {
  settled: { phase: "succeeded", severity: "info", title: "rotated and settled" },
  rejected: { phase: "firing", severity: "critical", title: "new value rejected" },
  restored: { phase: "resolved", severity: "warning", title: "last good value restored" },
  "given-up": { phase: "notice", severity: "warning", title: "rotation given up" },
  stuck: { phase: "firing", severity: "critical", title: "needs a person" },
  waiting: { phase: "firing", severity: "warning", title: "has been waiting" },
  resumed: { phase: "resolved", severity: "info", title: "no longer waits" },
  "candidate-wanted": { phase: "notice", severity: "info", title: "waits for a new value" },
  placeholder: { phase: "notice", severity: "info", title: "still has placeholders" },
  "alignment-conflict": { phase: "notice", severity: "warning", title: "keys need attention" },
} as const satisfies Record<Outcome, { phase: string; severity: "info" | "warning" | "critical"; title: string }>;

/** What the topic carries: what the chat's reader of the fleet's own notices takes, and the facts behind it. */
export function messageOf({ outcome, secret, versionId, services, text, remedy }: Notice, at: Date) {
  return {
    source: "mcp-fleet",
    kind: "rotation",
    subject: secret,
    ...tone[outcome],
    text: [text, remedy].filter((part) => part !== "").join(" "),
    at: at.toISOString(),
    ...(services.length === 1 && { service: services[0] }),
    outcome,
    versionId,
    services,
  };
}

/** The topic of the stage. */
export function announcer(topicArn: string): Announcer {
  const client = new SNSClient({});
  return {
    async announce(notice) {
      const message = messageOf(notice, new Date());
      // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: a subject has 100 characters at most.
      const Subject = `${notice.secret}: ${message.title}`.slice(0, 100);
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject, Message: JSON.stringify(message) }));
    },
  };
}
