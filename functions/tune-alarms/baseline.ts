/** One minute of a service: the value of the statistic, and how many requests it comes from. */
export interface Minute {
  readonly value: number;
  readonly samples: number;
}

export type Statistic = "p95" | "p99" | "Average";

/**
 * Requests a minute must have to count: a percentile p needs 10 / (1 - p), and CloudWatch with
 * `EvaluateLowSampleCountPercentile: ignore` also ignores a minute with fewer.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
 */
const samplesNeeded: Readonly<Record<Statistic, number>> = { p95: 200, p99: 1_000, Average: 10 };

/** Less than a day's worth of a quiet service is not a baseline. */
export const minutesNeeded = 120;
/** What nearly every minute stays under, and half as much again. */
const usual = 0.995;
const headroom = 1.5;
/** Below this, a threshold would measure the network, not the service. */
const leastSeconds = 0.05;

export type Proposal =
  | {
      readonly kind: "measured";
      /** Seconds, to the millisecond. */
      readonly threshold: number;
      readonly minutes: number;
      /** How often each would have fired in the measured period. */
      readonly fired: { readonly old: number; readonly new: number };
    }
  | { readonly kind: "too-few"; readonly minutes: number; readonly samplesNeeded: number };

/**
 * A threshold from what was measured. Minutes without requests are not in the list, and are not zeros: they count for
 * nothing, and end a run of minutes over the threshold.
 *
 * @param minutes by time, oldest first; `undefined` is a gap
 */
export function propose(minutes: readonly (Minute | undefined)[], statistic: Statistic, current: number): Proposal {
  const enough = samplesNeeded[statistic];
  const values = minutes.map((minute) => (minute !== undefined && minute.samples >= enough ? minute.value : undefined));
  const known = values.filter((value) => value !== undefined).sort((one, other) => one - other);
  if (known.length < minutesNeeded) return { kind: "too-few", minutes: known.length, samplesNeeded: enough };
  const high = known[Math.min(known.length - 1, Math.floor(usual * known.length))] ?? 0;
  const threshold = Math.max(leastSeconds, upToMilliseconds(high * headroom));
  return {
    kind: "measured",
    threshold,
    minutes: known.length,
    fired: { old: episodesOver(values, current), new: episodesOver(values, threshold) },
  };
}

/** What binary fractions add in the last digit must not count as another millisecond. */
function upToMilliseconds(seconds: number): number {
  return Math.ceil(Number((seconds * 1_000).toFixed(6))) / 1_000;
}

/** Runs of minutes over a threshold: each is one alarm. */
function episodesOver(values: readonly (number | undefined)[], threshold: number): number {
  const over = values.map((value) => value !== undefined && value > threshold);
  return over.filter((is, index) => is && over[index - 1] !== true).length;
}
