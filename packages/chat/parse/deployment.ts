import * as v from "valibot";
import { serviceOfEcs } from "./alarm.ts";
import { timeOf } from "./envelope.ts";
import { present, text } from "./field.ts";
import type { Reader } from "./reader.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html */
const Detail = v.object({ eventName: v.string(), deploymentId: v.string(), updatedAt: text, reason: text });

/**
 * A failed deployment lasts until one of the same service completes: the rollback, or the next attempt.
 */
export const readDeployment: Reader = ({ event, at: sentAt }) => {
  if (event?.["detail-type"] !== "ECS Deployment State Change") return undefined;
  const parsed = v.safeParse(Detail, event.detail);
  const serviceArn = event.resources[0];
  if (!parsed.success || serviceArn === undefined) return undefined;
  const { eventName, deploymentId, updatedAt, reason } = parsed.output;
  const failed = eventName === "SERVICE_DEPLOYMENT_FAILED";
  // Anything else is no end.
  if (!failed && eventName !== "SERVICE_DEPLOYMENT_COMPLETED")
    return { kind: "ignored", why: `a deployment: ${eventName}` };
  const at = timeOf(updatedAt ?? undefined) ?? sentAt;
  return {
    kind: "incident",
    incident: {
      subject: `deployment:${serviceArn}`,
      change: `deployment:${deploymentId}@${eventName}`,
      at,
      phase: failed ? "firing" : "resolved",
      severity: "critical",
      service: serviceOfEcs(serviceArn.split("/").at(-1) ?? ""),
      story: { kind: "deployment", serviceArn, deployment: deploymentId, reason: present(reason) },
    },
  };
};
