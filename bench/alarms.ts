import { propose, type Sample } from "../functions/tune-alarms/baseline.ts";
import { randomOf } from "../test/fixture/random.ts";
import { synthesize } from "../test/synth/synth.ts";
import { requestsOf, type Traffic } from "../test/synth/traffic.ts";
import { type Life, liveThrough, type Told } from "../test/synth/virtual-fleet.ts";

/** How often people are woken, and how soon, in virtual time: the deployed alarms as CloudWatch evaluates them. */
export interface AlarmsBench {
  /** After three hours of health; seconds from when it began, and from the third failed request, to the ring. */
  readonly down: readonly {
    readonly what: string;
    readonly rings: number;
    readonly seconds: Spread;
    readonly afterThird: Spread | undefined;
  }[];
  /** Days with a random stream of requests: rings and ends that people get, of the worst day and on average. */
  readonly days: readonly {
    readonly what: string;
    readonly days: number;
    readonly rings: { readonly average: number; readonly most: number };
    readonly feed: number;
  }[];
  /** By how much the threshold of two weeks moves, in percent, and in seconds what it is. */
  readonly thresholds: readonly { readonly what: string; readonly seconds: number; readonly movedPercent: number }[];
}

interface Spread {
  readonly least: number;
  readonly half: number;
  readonly most: number;
  /** How many of a hundred took five minutes at most. */
  readonly within300: number;
}

const day = 24 * 60;
const calm = 180;
const outages = 8;
/** Where requests come by chance, each outage and each day is another: more of them are tried. */
const chances = 24;
const days = 5;
const chanceDays = 20;

export async function benchAlarms(): Promise<AlarmsBench> {
  return {
    down: [
      await outage("every request fails, 60 a minute", { perMinute: 60 }),
      await outage("every request fails, 6 a minute", { perMinute: 6 }),
      await outage("every request fails, one each minute", { perMinute: 1, arrival: "even" }),
      await outage("every request fails, one a minute by chance", { perMinute: 1 }),
      await outage("no healthy task and no request", { perMinute: 0.001 }, (begins) => ({
        healthy: (minute) => minute + 1 <= begins,
      })),
      await outage("every request waits 3 s, two a minute", { perMinute: 2, slow: 3 }),
    ],
    days: [
      await lived("0.3 % fail, one a minute", { perMinute: 1, failing: () => 0.003 }),
      await lived("0.3 % fail, 6 a minute", { perMinute: 6, failing: () => 0.003 }),
      await lived("0.3 % fail, 60 a minute", { perMinute: 60, failing: () => 0.003 }),
      await lived("half fail, one each minute", { perMinute: 1, failing: () => 0.5, arrival: "even" }),
      await lived("half fail, one a minute by chance", { perMinute: 1, failing: () => 0.5 }, chanceDays),
      await lived("a fifth fail, one a minute by chance", { perMinute: 1, failing: () => 0.2 }),
      await lived("all fail, one a minute by chance", { perMinute: 1, failing: () => 1 }),
    ],
    thresholds: thresholds(),
  };
}

const alarms = () => {
  const prod = synthesize("prod");
  return [prod.stack("Alarms"), prod.stack("Rates")];
};

interface Outage {
  readonly perMinute: number;
  readonly arrival?: Traffic["arrival"];
  /** Seconds that requests wait, instead of failing. */
  readonly slow?: number;
}

async function outage(
  what: string,
  { perMinute, arrival = "poisson", slow }: Outage,
  others: (begins: number) => Partial<Life> = () => ({}),
): Promise<AlarmsBench["down"][number]> {
  const minutes = calm + 30;
  const found: (readonly Told[])[] = [];
  const seconds: number[] = [];
  const afterThird: number[] = [];
  const count = arrival === "poisson" ? chances : outages;
  for (let seed = 0; seed < count; seed++) {
    const begins = calm + seed / count;
    const requests = [
      ...requestsOf({
        ...{ perMinute, minutes, seed, arrival },
        failing: (at) => (slow === undefined && at >= begins ? 1 : 0.001),
        seconds: (at) => (slow !== undefined && at >= begins ? slow : 0.1),
      }),
    ];
    const told = await liveThrough(alarms(), { minutes, requests, ...others(begins) });
    const rung = told.filter(
      ({ state, wakes, alarm }) => state === "ALARM" && (wakes || alarm.endsWith("slowRequests")),
    );
    found.push(rung);
    const rungAt = (rung[0]?.at ?? Number.POSITIVE_INFINITY) / 1_000;
    seconds.push(rungAt - begins * 60);
    const third = requests.filter(({ failed, at }) => failed && at >= begins * 60_000)[2];
    if (third !== undefined) afterThird.push(rungAt - third.at / 1_000);
  }
  return {
    what,
    rings: Math.max(...found.map(({ length }) => length)),
    seconds: spreadOf(seconds),
    afterThird: afterThird.length === count ? spreadOf(afterThird) : undefined,
  };
}

function spreadOf(seconds: readonly number[]): Spread {
  const sorted = seconds.map(Math.round).sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  const within300 = Math.round((100 * sorted.filter((one) => one <= 300).length) / sorted.length);
  return { least: at(0), half: at(0.5), most: at(1), within300 };
}

async function lived(
  what: string,
  traffic: Omit<Traffic, "minutes" | "seed">,
  tried = days,
): Promise<AlarmsBench["days"][number]> {
  const counts: number[] = [];
  let feed = 0;
  for (let seed = 0; seed < tried; seed++) {
    const told = await liveThrough(alarms(), {
      minutes: day,
      requests: requestsOf({ ...traffic, minutes: day, seed }),
    });
    // The first state of each alarm is no news.
    const changes = told.filter(
      (one, at) => one.state === "ALARM" || told.slice(0, at).some(({ alarm }) => alarm === one.alarm),
    );
    counts.push(changes.filter(({ wakes }) => wakes).length);
    feed += changes.filter(({ wakes }) => !wakes).length;
  }
  const average = counts.reduce((sum, count) => sum + count, 0) / tried;
  return { what, days: tried, rings: { average, most: Math.max(...counts) }, feed: Math.round(feed / tried) };
}

function thresholds(): AlarmsBench["thresholds"] {
  const minuteMs = 60_000;
  const measured = (odd: (minute: number) => boolean) => {
    const random = randomOf(3);
    const minutes = Array.from({ length: 14 * day }, (_, index): Sample => {
      const value = odd(index) ? 8 : 0.2 + 0.15 * random() ** 4;
      return { at: index * minuteMs, value, requests: 1_000 };
    });
    const proposal = propose({ minutes, quarters: [] }, "p95", { threshold: 1, measured: false });
    return proposal.kind === "measured" ? proposal.threshold : Number.NaN;
  };
  const usual = measured(() => false);
  const bad = 9 * day + 12 * 60;
  const rows: readonly (readonly [string, (minute: number) => boolean])[] = [
    ["nothing odd", () => false],
    ["100 bad minutes", (at) => at >= bad && at < bad + 100],
    ["101 bad minutes", (at) => at >= bad && at < bad + 101],
    ["a bad day", (at) => at >= 9 * day && at < 10 * day],
    ["a week with a batch from two to four each night", (at) => at >= 7 * day && at % day >= 120 && at % day < 240],
  ];
  return rows.map(([what, odd]) => {
    const seconds = measured(odd);
    return { what, seconds, movedPercent: Math.round((seconds / usual - 1) * 1_000) / 10 };
  });
}
