import { createHash } from "node:crypto";

/**
 * How vendors are asked on behalf of one secret, from one invocation to the next: 36 requests may follow each other, then
 * one each 200 seconds, whatever they answer. That is 54 in any hour; the rest of 60 is for two functions that ask at the
 * same moment, of whose notes one is lost. A vendor that is busy or refuses rests longer each time.
 */
export interface Pace {
  /** Milliseconds since the epoch: when all 36 may be made again. */
  readonly wholeAt: number;
  /** Vendors that did not serve what they were asked last. */
  readonly resting: ReadonlyMap<string, Rest>;
}

export interface Rest {
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** How often it did not serve in a row. */
  readonly streak: number;
  /** An HTTP status, or the code of a network's error. */
  readonly why: string;
}

/** `interval` in milliseconds. */
const allowance = { burst: 36, interval: 200_000 } as const;
/** Milliseconds. A vendor that asks for more than the longest pause gets it, up to an hour: its clock may be wrong. */
const pauses = { floor: 2_000, longest: 600_000, asked: 3_600_000 } as const;

export const freshPace: Pace = { wholeAt: 0, resting: new Map() };

/** When as many requests as are needed may be made to this vendor. */
export function turnOf({ wholeAt, resting }: Pace, vendor: string, needed: number, now: number): number {
  return Math.max(now, wholeAt - (allowance.burst - needed) * allowance.interval, resting.get(vendor)?.until ?? 0);
}

export function charged(pace: Pace, now: number): Pace {
  return { ...pace, wholeAt: Math.max(now, pace.wholeAt) + allowance.interval };
}

export function served(pace: Pace, vendor: string): Pace {
  return { ...pace, resting: new Map([...pace.resting].filter(([name]) => name !== vendor)) };
}

/** @param retryAfterMs what the vendor asked for; 0 if it did not */
export function rested(
  pace: Pace,
  vendor: string,
  { now, why, retryAfterMs }: { readonly now: number; readonly why: string; readonly retryAfterMs: number },
): Pace {
  const streak = (pace.resting.get(vendor)?.streak ?? 0) + 1;
  const backOff = Math.min(pauses.longest, pauses.floor * 2 ** Math.min(streak - 1, 20));
  const pause = Math.max(backOff, Math.min(retryAfterMs, pauses.asked));
  const until = Math.ceil(now + pause * (1 + jitterOf(`${vendor} ${now} ${pace.wholeAt}`) / 4));
  return { ...pace, resting: new Map([...pace.resting, [vendor, { until, streak, why }]]) };
}

/** From 0 to 1: what secrets do at the same moment they do not repeat at the same moment. */
function jitterOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt16BE(0) / 0xffff;
}

/** For a tag: letters, digits, spaces and `_.:/=+-@`, 256 characters of them. */
export function writePace({ wholeAt, resting }: Pace): string {
  const rests = [...resting].map(([vendor, { until, streak, why }]) => `${vendor} ${iso(until)} ${streak} ${why}`);
  return [iso(wholeAt), ...rests].join(" ");
}

/** A fresh one for any other text, such as an edited tag. */
export function readPace(text: string | undefined): Pace {
  const [whole, ...words] = text?.split(" ") ?? [];
  const wholeAt = Date.parse(whole ?? "");
  if (!Number.isFinite(wholeAt)) return freshPace;
  const resting = new Map<string, Rest>();
  for (let at = 0; at + 3 < words.length; at += 4) {
    const [vendor = "", time = "", count = "", why = ""] = words.slice(at, at + 4);
    const [until, streak] = [Date.parse(time), Number(count)];
    if (Number.isFinite(until) && Number.isInteger(streak)) resting.set(vendor, { until, streak, why });
  }
  return { wholeAt, resting };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
