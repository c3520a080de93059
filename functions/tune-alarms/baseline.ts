export type Statistic = "p95" | "p99" | "Average";

/** A while of a service: the value of the statistic, and how many requests it comes from. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
  readonly requests: number;
}

/** What was measured of one alarm's statistic, by time, oldest first. A gap is no request, and not a zero. */
export interface Measurement {
  /** Minute by minute, as the alarm looks at it. */
  readonly minutes: readonly Sample[];
  /** By quarters of a day, for services that have too few requests in any minute. */
  readonly quarters: readonly Sample[];
}

/**
 * Requests a sample must have to count: a percentile p needs 10 / (1 - p), and CloudWatch with
 * `EvaluateLowSampleCountPercentile: ignore` also ignores a minute with fewer.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
 */
export const requestsNeeded: Readonly<Record<Statistic, number>> = { p95: 200, p99: 1_000, Average: 10 };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Less of a service is not a baseline: two hours, or a day. */
export const minutesNeeded = 120;
const quartersNeeded = 4;

/** Half as much again as usual. */
const headroom = 1.5;
/** Of a day's hours, or quarters, from the quickest: a nightly batch and one bad afternoon are in the rest. */
const usualPart = 0.75;

/** Below this, a threshold would measure the network, not the service. */
const leastSeconds = 0.05;
/** Whatever is usual: nobody waits so long for an answer without noticing. */
export const mostSeconds = 10;
/** A measured threshold moves this far at most, once a week: what is slowly getting worse is noticed. */
const step = 1.5;

/** A threshold that applies now. */
export interface Current {
  readonly threshold: number;
  readonly measured: boolean;
}

export type Proposal =
  | {
      readonly kind: "measured";
      /** Seconds, to the millisecond. */
      readonly threshold: number;
      /** How many samples it comes from. */
      readonly samples: number;
      /** How often each would have fired in the measured period, by minutes that count. */
      readonly fired: { readonly old: number; readonly new: number };
    }
  | { readonly kind: "too-few"; readonly samples: number; readonly requestsNeeded: number };

/**
 * A threshold from what is usual: what an hour's worst minute is, three quarters of a day's hours, in the middle of the
 * days. So no single day, and no quarter of every day, has a say in it.
 */
export function propose(measurement: Measurement, statistic: Statistic, current: Current): Proposal {
  const enough = requestsNeeded[statistic];
  const minutes = measurement.minutes.filter(({ requests }) => requests >= enough);
  const quarters = measurement.quarters.filter(({ requests }) => requests >= enough);
  const usual =
    minutes.length >= minutesNeeded
      ? usualOf([...Map.groupBy(minutes, ({ at }) => Math.floor(at / hourMs)).values()].map(worst))
      : quarters.length >= quartersNeeded
        ? usualOf(quarters)
        : undefined;
  if (usual === undefined) return { kind: "too-few", samples: minutes.length, requestsNeeded: enough };
  const threshold = bounded(usual * headroom, current);
  return {
    kind: "measured",
    threshold,
    samples: minutes.length >= minutesNeeded ? minutes.length : quarters.length,
    fired: { old: episodesOver(minutes, current.threshold), new: episodesOver(minutes, threshold) },
  };
}

function worst(samples: readonly Sample[]): Sample {
  return samples.reduce((one, other) => (other.value > one.value ? other : one));
}

function usualOf(samples: readonly Sample[]): number {
  const days = [...Map.groupBy(samples, ({ at }) => Math.floor(at / dayMs)).values()];
  return rankOf(
    days.map((day) =>
      rankOf(
        day.map(({ value }) => value),
        usualPart,
      ),
    ),
    0.5,
  );
}

/** The value that this part of the values does not exceed. */
function rankOf(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}

function bounded(seconds: number, { threshold, measured }: Current): number {
  const [least, most] = measured ? [threshold / step, threshold * step] : [leastSeconds, mostSeconds];
  const near = Math.min(Math.max(seconds, least), most);
  return upToMilliseconds(Math.min(Math.max(near, leastSeconds), mostSeconds));
}

/** What binary fractions add in the last digit must not count as another millisecond. */
function upToMilliseconds(seconds: number): number {
  return Math.ceil(Number((seconds * 1_000).toFixed(6))) / 1_000;
}

/** Runs of minutes over a threshold: each is one alarm. */
function episodesOver(minutes: readonly Sample[], threshold: number): number {
  const over = minutes.filter(({ value }) => value > threshold);
  return over.filter(({ at }, index) => over[index - 1]?.at !== at - minuteMs).length;
}
