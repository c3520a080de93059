import { Cron } from "croner";

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** A parsed `rate(…)` or `cron(…)` expression; all times in milliseconds since the epoch. */
export interface Schedule {
  /** The first time after `time`; `undefined` if there is none. A rate counts from `time` itself. */
  next(time: number): number | undefined;
  /** Between two occurrences of a rate; `undefined` for cron. */
  readonly interval: number | undefined;
}

/**
 * Reads a schedule, its times in a zone by IANA's name, or returns `undefined` for text that is not one.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function parseSchedule(expression: string, timezone = "UTC"): Schedule | undefined {
  return parseRate(expression) ?? parseCron(expression, timezone);
}

function parseRate(expression: string): Schedule | undefined {
  const [, count, unit, plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const value = Number(count);
  const unitMs = UNITS[unit ?? ""];
  if (unitMs === undefined || value < 1 || (value === 1) !== (plural === "")) return undefined;
  const interval = value * unitMs;
  return { interval, next: (time) => time + interval };
}

function parseCron(expression: string, timezone: string): Schedule | undefined {
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) return undefined;
  const [minutes = "", hours = "", dayOfMonth = "", month = "", dayOfWeek = "", year = ""] = fields;
  // One of the two day fields says nothing, and has to say so with a question mark.
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) return undefined;
  // Without a number before it, L is the last day of the week: Saturday, the seventh.
  const weekday = dayOfWeek === "L" ? "7" : dayOfWeek;
  const pattern = ["0", minutes, hours, dayOfMonth, month, weekday, year].join(" ").replaceAll("?", "*");
  try {
    const cron = new Cron(pattern, {
      timezone,
      mode: "7-part",
      alternativeWeekdays: true,
      sloppyRanges: true,
      paused: true,
    });
    return { interval: undefined, next: (time) => cron.nextRun(new Date(time))?.getTime() };
  } catch {
    // croner throws for every field it cannot read.
    return undefined;
  }
}
