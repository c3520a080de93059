import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { Announcer, Outcome } from "../ports.ts";

/** How each outcome reads in a chat: `firing` stands until a `resolved` or `succeeded` of the same secret. */
const tone = {
  settled: { phase: "succeeded", severity: "info", title: "rotated and settled" },
  rejected: { phase: "firing", severity: "critical", title: "new value rejected" },
  restored: { phase: "resolved", severity: "warning", title: "last good value restored" },
  "given-up": { phase: "notice", severity: "warning", title: "rotation given up" },
  stuck: { phase: "firing", severity: "critical", title: "needs a person" },
  "candidate-wanted": { phase: "notice", severity: "info", title: "waits for a new value" },
  placeholder: { phase: "notice", severity: "info", title: "still has placeholders" },
  "alignment-conflict": { phase: "notice", severity: "warning", title: "keys need a look" },
} as const satisfies Record<Outcome, { phase: string; severity: "info" | "warning" | "critical"; title: string }>;

/** The topic of the stage. The message is what the chat's reader of the fleet's own notices takes. */
export function announcer(topicArn: string): Announcer {
  const client = new SNSClient({});
  return {
    async announce({ outcome, secret, versionId, services, text, remedy }) {
      const { title, ...manner } = tone[outcome];
      const message = {
        source: "mcp-fleet",
        kind: "rotation",
        subject: secret,
        ...manner,
        title,
        text: [text, remedy].filter((part) => part !== "").join(" "),
        at: new Date().toISOString(),
        ...(services.length === 1 && { service: services[0] }),
        outcome,
        versionId,
        services,
      };
      // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: a subject has 100 characters at most.
      const Subject = `${secret}: ${title}`.slice(0, 100);
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject, Message: JSON.stringify(message) }));
    },
  };
}
