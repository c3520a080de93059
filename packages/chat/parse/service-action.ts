import * as v from "valibot";
import { serviceOfEcs } from "./alarm.ts";
import { timeOf } from "./envelope.ts";
import { present, text } from "./field.ts";
import type { Reader } from "./reader.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html */
const Detail = v.object({
  eventType: text,
  eventName: v.string(),
  createdAt: text,
  reason: text,
});

/** What a service reports of its tasks as a whole: trouble lasts until it is steady again. */
export const readServiceAction: Reader = ({ event, at: sentAt }) => {
  if (event?.["detail-type"] !== "ECS Service Action") return undefined;
  const parsed = v.safeParse(Detail, event.detail);
  const serviceArn = event.resources[0];
  if (!parsed.success || serviceArn === undefined) return undefined;
  const { eventType, eventName, createdAt, reason } = parsed.output;
  const steady = eventName === "SERVICE_STEADY_STATE";
  if (!steady && eventType !== "WARN" && eventType !== "ERROR") {
    return { kind: "ignored", why: `a service reports ${eventName}` };
  }
  const at = timeOf(createdAt ?? undefined) ?? sentAt;
  return {
    kind: "incident",
    incident: {
      subject: `service:${serviceArn}`,
      change: `service:${serviceArn}@${eventName}@${at}`,
      at,
      phase: steady ? "resolved" : "firing",
      severity: eventType === "ERROR" ? "critical" : "warning",
      service: serviceOfEcs(serviceArn.split("/").at(-1) ?? ""),
      story: { kind: "service-action", serviceArn, action: eventName, reason: present(reason) },
    },
  };
};
