import * as v from "valibot";
import { serviceOfEcs } from "./deployment.ts";
import { timeOf } from "./envelope.ts";
import type { Reader } from "./reader.ts";
import { number, text } from "./watch.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
const Detail = v.object({
  taskArn: v.string(),
  group: text,
  lastStatus: v.string(),
  stopCode: text,
  stoppedReason: text,
  stoppedAt: text,
  version: number,
  containers: v.fallback(v.array(v.object({ name: v.string(), exitCode: number })), []),
});

/** Stops that were requested: by a person, or by the scheduler while it deploys or scales. */
const asked = new Set(["UserInitiated", "ServiceSchedulerInitiated"]);

export const readTask: Reader = ({ event, at: sentAt }) => {
  if (event?.["detail-type"] !== "ECS Task State Change") return undefined;
  const parsed = v.safeParse(Detail, event.detail);
  if (!parsed.success) return undefined;
  const { taskArn, group, lastStatus, stopCode, stoppedReason, stoppedAt, containers } = parsed.output;
  if (lastStatus !== "STOPPED") return { kind: "ignored", why: `a task is ${lastStatus}` };
  if (stopCode != null && asked.has(stopCode)) return { kind: "ignored", why: `a task was stopped: ${stopCode}` };
  return {
    kind: "incident",
    incident: {
      subject: `task:${taskArn}`,
      change: `task:${taskArn}@STOPPED`,
      at: timeOf(stoppedAt ?? undefined) ?? sentAt,
      phase: "notice",
      severity: "warning",
      service: serviceOfEcs(group?.replace(/^service:/, "") ?? ""),
      story: {
        kind: "task",
        taskArn,
        stopCode: stopCode ?? "unknown",
        reason: stoppedReason ?? undefined,
        containers: containers.map(({ name, exitCode }) => ({ name, exitCode: exitCode ?? undefined })),
      },
    },
  };
};
