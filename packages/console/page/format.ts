const units = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
] as const;

/** How long ago, in the largest unit that fits: `42 s`, `3 min`, `2 d`. Nothing is in the future. */
export function age(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  for (const [length, unit] of units) if (seconds >= length) return `${Math.floor(seconds / length)} ${unit}`;
  return `${seconds} s`;
}

/** Until something ends on its own. */
export const secondsLeft = (until: number, now: number) => Math.max(0, Math.ceil((until - now) / 1000));

/** As git and ECS's console shorten them. */
export const shortId = (id: string) => id.slice(0, 8);

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** Time of day in UTC, as `fleet` and CloudWatch have it: `14:05:09`. A heading or the header names the zone. */
export const timeOfDay = (at: number) => clock.format(at);

const calendar = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });

/** `29 Nov`, in UTC as well. */
export const day = (at: number) => calendar.format(at);

/** `0.8 ms`, `42 ms`, `1.3 s` */
export function duration(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Requests a second. */
export const rate = (perSecond: number) => (perSecond < 9.95 ? perSecond.toFixed(1) : String(Math.round(perSecond)));
