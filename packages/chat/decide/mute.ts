import type { Severity } from "#fleet/definition.ts";
import { weekdays } from "#fleet/definition.ts";
import { contributorMark } from "../incident/incident.ts";
import type { Mute } from "../record/mute-table.ts";
import { matches } from "./route.ts";

/** As in the map, or in the settings the function gets. */
interface Window {
  readonly reason: string;
  readonly from: string;
  readonly until: string;
  readonly days?: readonly string[] | undefined;
  readonly timeZone?: string | undefined;
  readonly services?: readonly string[] | undefined;
  readonly severities?: readonly Severity[] | undefined;
}

/** The mute window that is open for this, if any. `now` in milliseconds since the epoch. */
export function openMute(
  mutes: readonly Window[],
  about: { readonly service: string | undefined; readonly severity: Severity },
  now: number,
): Window | undefined {
  return mutes.find((mute) => matches(mute, about.service, about.severity) && isWithin(mute, now));
}

/** An operator's mute that holds for this, if any: of its service, or of its alarm by name. */
export function standingMute(
  mutes: readonly Mute[],
  about: { readonly service: string; readonly subject: string },
): Mute | undefined {
  const alarm = alarmOf(about.subject);
  return mutes.find(({ target }) => target === about.service || target === alarm);
}

/** The alarm, or the one whose contributor it is; `undefined` for what is no alarm. */
export function arnOf(subject: string): string | undefined {
  return alarmArn.exec(subject.split(contributorMark)[0] ?? "")?.[0];
}

export function alarmOf(subject: string): string | undefined {
  return alarmArn.exec(arnOf(subject) ?? "")?.[1];
}

const alarmArn = /^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(.+)/s;

function isWithin({ from, until, days, timeZone = "UTC" }: Window, now: number): boolean {
  const { weekday, time } = localTime(now, timeZone);
  const begins = (day: number) => days?.includes(weekdays[(day + 7) % 7] ?? "") !== false;
  if (from <= until) return begins(weekday) && time >= from && time < until;
  // Past midnight: the evening belongs to the day it begins on, the morning to the day before.
  return (begins(weekday) && time >= from) || (begins(weekday - 1) && time < until);
}

/** Monday is 0. */
function localTime(now: number, timeZone: string): { readonly weekday: number; readonly time: string } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  const names: readonly string[] = weekdays;
  const weekday = names.indexOf(part("weekday").toLowerCase());
  return { weekday, time: `${part("hour")}:${part("minute")}` };
}
