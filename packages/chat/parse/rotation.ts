import * as v from "valibot";
import { timeOf } from "./envelope.ts";
import { present, text } from "./field.ts";
import type { Reader } from "./reader.ts";

/**
 * Outcomes Secrets Manager reports through CloudTrail.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieve-ct-entries.html
 */
const Detail = v.object({
  eventName: v.string(),
  eventTime: text,
  eventID: text,
  errorMessage: text,
  additionalEventData: v.object({ SecretId: v.string() }),
});

export const readRotation: Reader = ({ event, at: sentAt }) => {
  if (event?.source !== "aws.secretsmanager") return undefined;
  const parsed = v.safeParse(Detail, event.detail);
  if (!parsed.success || !/Rotation/.test(parsed.output.eventName)) {
    return { kind: "ignored", why: `not about a rotation: ${event["detail-type"]}` };
  }
  const { eventName, eventTime, eventID, errorMessage, additionalEventData } = parsed.output;
  if (eventName === "RotationStarted") return { kind: "ignored", why: "a rotation began" };
  const failed = /Failed|Abandoned/.test(eventName);
  const at = timeOf(eventTime ?? undefined) ?? sentAt;
  return {
    kind: "incident",
    incident: {
      subject: `rotation:${nameOf(additionalEventData.SecretId)}`,
      change: `rotation:${eventID ?? at}`,
      at,
      phase: failed ? "firing" : "succeeded",
      severity: failed ? "critical" : "info",
      service: undefined,
      story: {
        kind: "rotation",
        secret: nameOf(additionalEventData.SecretId),
        outcome: eventName,
        reason: present(errorMessage),
      },
    },
  };
};

/** `arn:…:secret:/prod/mcp/splunk-AbCdEf` is `splunk` in the map, and in the fleet's own notices. */
function nameOf(secret: string): string {
  const named = secret.split(":secret:")[1]?.replace(/-[A-Za-z0-9]{6}$/, "");
  return (named ?? secret).split("/").at(-1) || secret;
}
