import { planAlarms, type RatePlans } from "../alarm-plan.ts";
import type { FleetDefinition, ScalingDefinition } from "../definition.ts";
import type { Entry } from "../entry.ts";
import type { Problem } from "../problem.ts";

const mostPercent = 90;

/** Bounds that fit together, a target that can hold, and an end of every rest. */
export function checkScaling(
  fleet: FleetDefinition,
  [key, { scaling, desiredCount, oauth, alarms }]: Entry,
): readonly Problem[] {
  if (scaling === undefined) return [];
  const field = `services.${key}.scaling`;
  const zeros = restsOf(scaling);
  return [
    ...checkBounds(field, scaling),
    ...(scaling.schedule ?? []).flatMap((line, at) => checkBounds(`${field}.schedule.${at}`, line)),
    ...checkTarget(field, scaling),
    ...checkAlarm(field, scaling, planAlarms(fleet.alarms, alarms).rates),
    ...(desiredCount === undefined || desiredCount === 0
      ? []
      : [
          {
            field: `services.${key}.desiredCount`,
            value: desiredCount,
            allowed: "0, or nothing, beside `scaling`: its load says how many tasks there are",
            remedy: `Remove it, and set scaling.min to ${desiredCount}.`,
          },
        ]),
    ...zeros.flatMap((at) =>
      oauth === "owner"
        ? [
            {
              field: `${field}.schedule.${at}.max`,
              value: 0,
              allowed: "1 or more for the owner of the OAuth paths: other services send their clients there",
              remedy: "Keep one task of it.",
            },
          ]
        : [],
    ),
    ...(zeros.length > 0 && !(scaling.schedule ?? []).some(({ min }) => min > 0)
      ? [
          {
            field: `${field}.schedule`,
            value: scaling.schedule,
            allowed: "with a line of max: 0 another one of min: 1 or more, as no request scales what has no task",
            remedy: "Add the line that begins its day.",
          },
        ]
      : []),
  ];
}

/** Which lines of the schedule take it offline. */
function restsOf({ schedule = [] }: ScalingDefinition): readonly number[] {
  return schedule.flatMap(({ max }, at) => (max === 0 ? [at] : []));
}

function checkBounds(field: string, { min, max }: Pick<ScalingDefinition, "min" | "max">): readonly Problem[] {
  if (min <= max) return [];
  return [
    { field: `${field}.min`, value: min, allowed: `at most max, which is ${max}`, remedy: "Lower min, or raise max." },
  ];
}

function checkTarget(field: string, { on, target }: ScalingDefinition): readonly Problem[] {
  const [from, to] = on === "requests" ? [1, 1_000_000] : [10, mostPercent];
  if (target >= from && target <= to) return [];
  const remedy =
    on === "requests"
      ? "Write how many requests a minute one task should have."
      : "Leave room above it: at 100 percent a task is late with everything, and more would not be measured.";
  return [
    {
      field: `${field}.target`,
      value: target,
      allowed: on === "requests" ? `${from} to ${to} requests a minute and task` : `${from} to ${to} percent`,
      remedy,
    },
  ];
}

/** Held at its target, a service would never leave the alarm on the same figure. */
function checkAlarm(field: string, { on, target }: ScalingDefinition, rates: RatePlans): readonly Problem[] {
  if (on === "requests" || target > mostPercent) return [];
  const name = on === "cpu" ? "cpuUsed" : "memoryUsed";
  const alarm = rates[name];
  if (alarm.kind === "declined" || target < alarm.share * 100) return [];
  return [
    {
      field: `${field}.target`,
      value: target,
      allowed: `below ${Number((alarm.share * 100).toFixed(2))} percent, over which the alarm ${name} rings`,
      remedy: `Lower it, or raise alarms.${name}.share.`,
    },
  ];
}
