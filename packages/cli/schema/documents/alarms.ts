import * as v from "valibot";
import { stage, time } from "./parts.ts";

export const alarm = v.object({
  name: v.string(),
  arn: v.string(),
  metric: v.pipe(v.optional(v.string()), v.description("Absent where several alarms are combined.")),
  service: v.optional(v.string()),
  kind: v.optional(v.string()),
  state: v.picklist(["OK", "ALARM", "INSUFFICIENT_DATA"]),
  since: v.nullable(time),
  reason: v.string(),
  threshold: v.optional(v.number()),
  basis: v.pipe(
    v.optional(v.picklist(["placeholder", "chosen", "measured"])),
    v.description("Where the threshold comes from."),
  ),
  wakes: v.pipe(v.optional(v.boolean()), v.description("Whether it wakes people.")),
  muted: v.boolean(),
  actions: v.pipe(v.array(v.string()), v.description("Whom it notifies, by ARN.")),
});

export const alarmsList = v.object({ stage, alarms: v.array(alarm) });
