import type { Band } from "../incident/watch.ts";

/** What an alarm's reason says in words, which is all that some messages have. */

const figures = /-?\d{1,40}(?:\.\d{1,40})?(?:E-?\d{1,4})?/;

/**
 * "… [2.31 (23/09/26 20:01:00), 1.9 (23/09/26 20:00:00)] was greater than …", and once "(10.0) was …": newest first there,
 * oldest first here.
 */
export function readingsOf(reason: string): readonly number[] {
  const list = /\[([^[\]]*)\]/.exec(reason)?.[1] ?? "";
  const dated = [...list.matchAll(new RegExp(`(${figures.source}) \\(`, "g"))].map(([, value]) => Number(value));
  if (dated.length > 0) return dated.reverse();
  const bare = /datapoints? \(([-\d.,E ]{1,400})\) w/.exec(reason)?.[1];
  return (bare ?? "NaN")
    .split(",")
    .map(Number)
    .filter((value) => !Number.isNaN(value))
    .reverse();
}

const comparisons: Readonly<Record<string, string>> = {
  "greater than or equal to": "GreaterThanOrEqualToThreshold",
  "greater than": "GreaterThanThreshold",
  "less than or equal to": "LessThanOrEqualToThreshold",
  "less than": "LessThanThreshold",
};

/** "… was greater than the threshold (80.0)". */
export function comparisonOf(reason: string): { readonly comparison: string; readonly threshold: number } | undefined {
  const [, words = "", threshold] =
    /((?:greater|less) than(?: or equal to)?) the threshold \((-?[\d.E-]{1,40})\)/.exec(reason) ?? [];
  const comparison = comparisons[words];
  const limit = Number(threshold);
  return comparison === undefined || Number.isNaN(limit) ? undefined : { comparison, threshold: limit };
}

/** "… was less than the lower thresholds [0.02, …] or greater than the upper thresholds [0.3, …]", or one of the two. */
export function bandOf(reason: string): Band | undefined {
  const edge = (name: string) => {
    const found = new RegExp(`${name} thresholds? \\[(${figures.source})`).exec(reason)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [low, high] = [edge("lower"), edge("upper")];
  return low === undefined && high === undefined ? undefined : { low, high };
}
