import * as v from "valibot";
import { serviceOfEcs } from "./alarm.ts";
import { timeOf } from "./envelope.ts";
import { number, present, text } from "./field.ts";
import type { Reader } from "./reader.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
const Detail = v.object({
  taskArn: v.string(),
  group: text,
  lastStatus: v.string(),
  stopCode: text,
  stoppedReason: text,
  stoppedAt: text,
  version: number,
  containers: v.fallback(v.array(v.object({ name: v.string(), exitCode: number, reason: text })), []),
});

/** Stops that were requested: by a person, or by the scheduler while it deploys or scales. */
const asked = new Set(["UserInitiated", "ServiceSchedulerInitiated"]);

/**
 * Stops that a scheduler requests because something is wrong: only the reason distinguishes them.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
const amiss = /failed (?:\S+ ){0,3}health checks?|performing maintenance|OutOfMemory/i;

export const readTask: Reader = ({ event, at: sentAt }) => {
  if (event?.["detail-type"] !== "ECS Task State Change") return undefined;
  const parsed = v.safeParse(Detail, event.detail);
  if (!parsed.success) return undefined;
  const { taskArn, group, lastStatus, stopCode, stoppedReason, stoppedAt, containers } = parsed.output;
  if (lastStatus !== "STOPPED") return { kind: "ignored", why: `a task is ${lastStatus}` };
  const wrong = [stoppedReason, ...containers.map(({ reason }) => reason)].some((reason) => amiss.test(reason ?? ""));
  if (stopCode != null && asked.has(stopCode) && !wrong) {
    return { kind: "ignored", why: `a task was stopped: ${stopCode}` };
  }
  const serviceName = group?.startsWith("service:") ? group.slice("service:".length) : "";
  return {
    kind: "incident",
    incident: {
      subject: `task:${taskArn}`,
      change: `task:${taskArn}@STOPPED`,
      at: timeOf(stoppedAt ?? undefined) ?? sentAt,
      phase: "notice",
      severity: "warning",
      service: serviceOfEcs(serviceName),
      story: {
        kind: "task",
        taskArn,
        serviceName,
        stopCode: stopCode ?? "unknown",
        reason: present(stoppedReason),
        containers: containers.map(({ name, exitCode, reason }) => ({
          name,
          exitCode: exitCode ?? undefined,
          reason: present(reason),
        })),
      },
    },
  };
};
