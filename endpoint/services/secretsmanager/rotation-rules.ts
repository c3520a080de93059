import * as v from "valibot";
import { numeric } from "#endpoint/core/properties.ts";
import { parseSchedule } from "#endpoint/services/events/schedule.ts";
import { invalidParameter } from "./errors.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html */
const MIN_INTERVAL_MS = 4 * HOUR_MS;

export const rotationRules = v.object({
  AutomaticallyAfterDays: v.optional(v.pipe(numeric, v.integer(), v.minValue(1), v.maxValue(1_000))),
  ScheduleExpression: v.optional(v.pipe(v.string(), v.maxLength(256))),
  Duration: v.optional(v.pipe(v.string(), v.regex(/^\d{1,2}h$/))),
});
export type RotationRules = v.InferOutput<typeof rotationRules>;

/** Throws `InvalidParameterException` for a schedule that AWS would not take. */
export function checkRules(rules: RotationRules): void {
  const { AutomaticallyAfterDays, ScheduleExpression } = rules;
  if (AutomaticallyAfterDays !== undefined && ScheduleExpression !== undefined) {
    throw invalidParameter("You can't specify both AutomaticallyAfterDays and ScheduleExpression.");
  }
  if (ScheduleExpression === undefined) return;
  const schedule = parseSchedule(ScheduleExpression);
  if (schedule === undefined) {
    throw invalidParameter(
      `The ScheduleExpression '${ScheduleExpression}' is not valid: use rate(10 days), rate(4 hours) or cron(0 8 1 * ? *).`,
    );
  }
  if (schedule.interval !== undefined && schedule.interval < MIN_INTERVAL_MS) {
    throw invalidParameter(
      `The ScheduleExpression '${ScheduleExpression}' is too frequent: rotate every 4 hours at most.`,
    );
  }
}

/** When the rotation after `time` is due; `undefined` without a schedule. */
export function nextRotation(rules: RotationRules | undefined, time: number): number | undefined {
  if (rules?.ScheduleExpression !== undefined) return parseSchedule(rules.ScheduleExpression)?.next(time);
  return rules?.AutomaticallyAfterDays === undefined ? undefined : time + rules.AutomaticallyAfterDays * DAY_MS;
}

/** How long a failed rotation is tried again: the stated duration, or a day, the window of a schedule in days. */
export function rotationWindow(rules: RotationRules | undefined): number {
  const hours = /^(\d+)h$/.exec(rules?.Duration ?? "")?.[1];
  return hours === undefined ? DAY_MS : Number(hours) * HOUR_MS;
}
