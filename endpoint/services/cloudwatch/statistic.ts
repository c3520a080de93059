import { AwsError } from "#endpoint/core/errors.ts";
import type { Samples } from "./metrics.ts";

export type Statistic =
  | { readonly kind: "basic"; readonly name: "Sum" | "Average" | "Minimum" | "Maximum" | "SampleCount" }
  /** `percent` from 0 to 100. */
  | { readonly kind: "percentile"; readonly name: string; readonly percent: number }
  /** The percentage of the values that are above one and at most another. */
  | { readonly kind: "rank"; readonly name: string; readonly above: number; readonly atMost: number };

export const basicStatistics = ["Sum", "Average", "Minimum", "Maximum", "SampleCount"] as const;

/** Throws `InvalidParameterValue` for a statistic that is not one, or not here (trimmed means and their like). */
export function parseStatistic(name: string): Statistic {
  const basic = basicStatistics.find((known) => known === name);
  if (basic !== undefined) return { kind: "basic", name: basic };
  const [, above, atMost] = /^PR\((\d+(?:\.\d+)?)?:(\d+(?:\.\d+)?)?\)$/.exec(name) ?? [];
  if (above !== undefined || atMost !== undefined)
    return { kind: "rank", name, above: Number(above ?? -Infinity), atMost: Number(atMost ?? Infinity) };
  const percent = Number(/^[pP](\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name)?.[1]);
  if (Number.isNaN(percent))
    throw new AwsError(
      "InvalidParameterValue",
      `The statistic ${name} is not emulated. Allowed: ${basicStatistics.join(", ")}, percentiles such as p95 or p99.9, and percentile ranks such as PR(:0.5).`,
    );
  return { kind: "percentile", name, percent };
}

/** Undefined for a percentile of samples whose values are not known, as CloudWatch has none then. */
export function statisticOf(samples: Samples, statistic: Statistic): number | undefined {
  if (statistic.kind === "percentile") return percentileOf(samples, statistic.percent);
  if (statistic.kind === "rank") return rankOf(samples, statistic);
  switch (statistic.name) {
    case "Sum":
      return samples.sum;
    case "Average":
      return samples.sum / samples.count;
    case "Minimum":
      return samples.minimum;
    case "Maximum":
      return samples.maximum;
    case "SampleCount":
      return samples.count;
  }
}

/**
 * Samples under which a percentile says little: 10/(1-p), or 10/p below the median.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
 */
export function significantSamples(percent: number): number {
  const fraction = percent / 100;
  // 10 / (1 - 0.95) is a little more than 200 in binary fractions.
  const needed = fraction >= 0.5 ? 10 / (1 - fraction) : 10 / fraction;
  return Math.round(needed * 1e6) / 1e6;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html: "(above:at most]". */
function rankOf(
  { exact, values, count }: Samples,
  { above, atMost }: { readonly above: number; readonly atMost: number },
): number | undefined {
  if (!exact) return undefined;
  const within = values.filter(({ value }) => value > above && value <= atMost);
  return (100 * within.reduce((sum, entry) => sum + entry.count, 0)) / count;
}

/** The nearest rank: a value that was put, never one between two. */
function percentileOf(samples: Samples, percent: number): number | undefined {
  if (!samples.exact) return samples.minimum === samples.maximum ? samples.minimum : undefined;
  const rank = Math.max(1, Math.ceil(Number(((percent / 100) * samples.count).toFixed(6))));
  let seen = 0;
  for (const { value, count } of samples.values) {
    seen += count;
    if (seen >= rank) return value;
  }
  return samples.maximum;
}
