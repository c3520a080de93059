import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { matching, timeZone, timeZones, whole } from "./field.ts";

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based: one of the two days is `?`. */
const cron = matching(
  /^(?=[^?]*\?[^?]*$)[\d*,/-]+ [\d*,/-]+ (?:\?|[\dLW*,/-]+) [A-Z\d*,/-]+ (?:\?|[A-Z\d*,/#L-]+) [\d*,/-]+$/,
  "six fields of cron with ? as the day of the month or of the week, such as 0 8 ? * MON-FRI *",
  "Write minutes, hours, day of month, month, day of week and year.",
);
const most = 5_000;

export const Scaling = closed({
  min: whole(
    1,
    most,
    " tasks",
    "Use desiredCount: 0 to take it offline, or a line of schedule with max: 0 for a while.",
  ),
  max: whole(1, most, " tasks", "Name the most tasks that may run."),
  on: v.picklist(["requests", "cpu", "memory"]),
  target: v.pipe(
    v.number(expectation("a number above 0", "Write 600 for 600 requests a minute, or 60 for 60 percent.")),
    v.finite(expectation("a number above 0", "Write 600 for 600 requests a minute, or 60 for 60 percent.")),
  ),
  schedule: v.optional(
    v.array(
      closed(
        {
          cron,
          timeZone,
          min: whole(0, most, " tasks", "Use 0 where it may be offline."),
          max: whole(0, most, " tasks", "Use 0 where it shall be offline."),
        },
        { timeZone: expectation(timeZones, "Add the zone whose office hours these are: its clock moves with summer.") },
      ),
      expectation("a list of bounds", "Write [{ cron, timeZone, min, max }]."),
    ),
  ),
});
