import type { ComparisonOperator, StateValue, TreatMissingData } from "./alarm.ts";

/** One period of what an alarm watches; `value` undefined where nothing was reported. */
export interface Datapoint {
  /** Start of the period, in milliseconds since the epoch. */
  readonly at: number;
  readonly value: number | undefined;
  readonly sampleCount?: number;
}

export interface EvaluationRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  /** `missing` by default. */
  readonly treatMissingData?: TreatMissingData;
  /** Samples under which a percentile leaves the alarm as it is; absent when low samples are evaluated. */
  readonly significantSamples?: number;
}

export interface Verdict {
  readonly state: StateValue;
  /** The datapoints that were looked at, newest first: real ones, then the missing ones that had to be filled in. */
  readonly evaluated: readonly Datapoint[];
  /** How many missing datapoints the treatment stood in for. */
  readonly filled: number;
}

/** Periods looked at beyond the evaluation periods, in case some of those are missing (documentation: 5 for 3). */
const extraPeriods = 2;

/** How many periods to fetch: the evaluation range. */
export function evaluationRange(evaluationPeriods: number): number {
  return evaluationPeriods + extraPeriods;
}

/**
 * The state of an alarm over its evaluation range, newest datapoint first; undefined keeps the state it has.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function evaluate(rule: EvaluationRule, range: readonly Datapoint[]): Verdict | undefined {
  const real = range.filter((datapoint) => datapoint.value !== undefined).slice(0, rule.evaluationPeriods);
  if (hasTooFewSamples(rule, real)) return undefined;
  const filled = rule.evaluationPeriods - real.length;
  const gaps = range.filter((datapoint) => datapoint.value === undefined).slice(0, filled);
  const state = stateOf(rule, real, filled, range);
  return state === undefined ? undefined : { state, evaluated: [...real, ...gaps], filled };
}

export function breaches(rule: Pick<EvaluationRule, "comparison" | "threshold">, value: number): boolean {
  switch (rule.comparison) {
    case "GreaterThanThreshold":
      return value > rule.threshold;
    case "GreaterThanOrEqualToThreshold":
      return value >= rule.threshold;
    case "LessThanThreshold":
      return value < rule.threshold;
    case "LessThanOrEqualToThreshold":
      return value <= rule.threshold;
  }
}

function stateOf(
  rule: EvaluationRule,
  real: readonly Datapoint[],
  filled: number,
  range: readonly Datapoint[],
): StateValue | undefined {
  const breaching = real.filter((datapoint) => isBreaching(rule, datapoint)).length;
  const verdict = (count: number) => (count >= rule.datapointsToAlarm ? "ALARM" : "OK");
  if (filled === 0 || breaching >= rule.datapointsToAlarm) return verdict(breaching);
  switch (rule.treatMissingData ?? "missing") {
    case "breaching":
      return verdict(breaching + filled);
    case "notBreaching":
      return verdict(breaching);
    case "ignore":
      return breaching < real.length ? "OK" : undefined;
    case "missing":
      if (breaching < real.length) return "OK";
      return isOldEnough(rule, range) ? "ALARM" : "INSUFFICIENT_DATA";
  }
}

/**
 * "Premature alarm state": where all there is breaches, it raises the alarm although it is less than the datapoints
 * to alarm, once the oldest is as old as these; until then the next datapoint may still be a good one.
 */
function isOldEnough(rule: EvaluationRule, range: readonly Datapoint[]): boolean {
  const oldest = range.slice(0, evaluationRange(rule.evaluationPeriods)).findLastIndex((it) => isBreaching(rule, it));
  return oldest + 1 >= rule.datapointsToAlarm;
}

function isBreaching(rule: EvaluationRule, datapoint: Datapoint): boolean {
  return datapoint.value !== undefined && breaches(rule, datapoint.value);
}

function hasTooFewSamples(rule: EvaluationRule, real: readonly Datapoint[]): boolean {
  if (rule.significantSamples === undefined || real.length === 0) return false;
  const samples = real.reduce((sum, datapoint) => sum + (datapoint.sampleCount ?? 0), 0);
  return samples < rule.significantSamples;
}
