import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { flag, numeric, tagList } from "#endpoint/core/properties.ts";
import {
  type Actions,
  type CompositeAlarmDefinition,
  comparisonOperators,
  type MetricAlarmDefinition,
  type MetricQuery,
  type MetricReference,
  type Watched,
} from "./alarm.ts";
import { parseRule } from "./composite-rule.ts";
import { parseExpression } from "./expression.ts";
import { basicStatistics, parseStatistic, significantSamples } from "./statistic.ts";

/** The API's requests and CloudFormation's properties have the same names: one schema reads both. */

export const dimensionList = v.optional(v.array(v.object({ Name: v.string(), Value: v.string() })), []);

const actionList = v.optional(v.array(v.string()), []);
const actionProperties = {
  ActionsEnabled: v.optional(flag, true),
  OKActions: actionList,
  AlarmActions: actionList,
  InsufficientDataActions: actionList,
  AlarmDescription: v.optional(v.string()),
  Tags: v.optional(tagList, []),
};

const metricStat = v.object({
  Metric: v.object({ Namespace: v.string(), MetricName: v.string(), Dimensions: dimensionList }),
  Period: numeric,
  Stat: v.string(),
  Unit: v.optional(v.string()),
});

export const metricDataQuery = v.object({
  Id: v.string(),
  MetricStat: v.optional(metricStat),
  Expression: v.optional(v.string()),
  Label: v.optional(v.string()),
  ReturnData: v.optional(flag, true),
  Period: v.optional(numeric),
});

export const metricAlarmProperties = v.object({
  ...actionProperties,
  AlarmName: v.string(),
  MetricName: v.optional(v.string()),
  Namespace: v.optional(v.string()),
  Statistic: v.optional(v.picklist(basicStatistics)),
  ExtendedStatistic: v.optional(v.string()),
  Dimensions: dimensionList,
  Period: v.optional(numeric),
  Unit: v.optional(v.string()),
  Metrics: v.optional(v.array(metricDataQuery)),
  EvaluationPeriods: v.pipe(numeric, v.integer(), v.minValue(1)),
  DatapointsToAlarm: v.optional(v.pipe(numeric, v.integer(), v.minValue(1))),
  Threshold: v.optional(numeric),
  ThresholdMetricId: v.optional(v.string()),
  ComparisonOperator: v.string(),
  TreatMissingData: v.optional(v.picklist(["missing", "ignore", "breaching", "notBreaching"])),
  EvaluateLowSampleCountPercentile: v.optional(v.picklist(["evaluate", "ignore"])),
});
type MetricAlarmProperties = v.InferOutput<typeof metricAlarmProperties>;

export const compositeAlarmProperties = v.object({
  ...actionProperties,
  AlarmName: v.string(),
  AlarmRule: v.string(),
  ActionsSuppressor: v.optional(v.string()),
});

/** Throws `ValidationError` in AWS's terms, and `notEmulated` for anomaly detection. */
export function metricAlarm(input: MetricAlarmProperties): MetricAlarmDefinition {
  const comparison = comparisonOperators.find((known) => known === input.ComparisonOperator);
  if (input.ThresholdMetricId !== undefined || comparison === undefined)
    throw notEmulated(`An anomaly detection alarm (ComparisonOperator ${input.ComparisonOperator})`);
  if (input.Threshold === undefined) throw invalid("Threshold is required for an alarm without ThresholdMetricId.");
  const watched = watchedBy(input);
  const period = periodOf(watched);
  checkPeriods(input, period);
  const low = input.EvaluateLowSampleCountPercentile;
  if (low !== undefined && !isPercentile(watched))
    throw invalid("EvaluateLowSampleCountPercentile is for alarms on a percentile (ExtendedStatistic).");
  return {
    kind: "metric",
    name: input.AlarmName,
    ...(input.AlarmDescription !== undefined && { description: input.AlarmDescription }),
    actions: actionsOf(input),
    watched,
    period,
    evaluationPeriods: input.EvaluationPeriods,
    ...(input.DatapointsToAlarm !== undefined && { datapointsToAlarm: input.DatapointsToAlarm }),
    threshold: input.Threshold,
    comparison,
    ...(input.TreatMissingData !== undefined && { treatMissingData: input.TreatMissingData }),
    ...(low !== undefined && { evaluateLowSampleCountPercentile: low }),
  };
}

export function compositeAlarm(input: v.InferOutput<typeof compositeAlarmProperties>): CompositeAlarmDefinition {
  if (input.ActionsSuppressor !== undefined) throw notEmulated("A composite alarm's ActionsSuppressor");
  parseRule(input.AlarmRule);
  return {
    kind: "composite",
    name: input.AlarmName,
    ...(input.AlarmDescription !== undefined && { description: input.AlarmDescription }),
    actions: actionsOf(input),
    rule: input.AlarmRule,
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html */
function plainLabel(label: string): string {
  if (label.includes("${")) throw notEmulated("A dynamic label");
  return label;
}

export function metricQuery(input: v.InferOutput<typeof metricDataQuery>, defaultPeriod = 60): MetricQuery {
  const base = {
    id: input.Id,
    returnData: input.ReturnData,
    ...(input.Label !== undefined && { label: plainLabel(input.Label) }),
  };
  if (input.Expression !== undefined) {
    parseExpression(input.Expression);
    return { ...base, kind: "expression", expression: input.Expression, period: input.Period ?? defaultPeriod };
  }
  if (input.MetricStat === undefined) throw invalid(`The metric ${input.Id} needs a MetricStat or an Expression.`);
  const { Metric, Period, Stat, Unit } = input.MetricStat;
  parseStatistic(Stat);
  const reference = {
    namespace: Metric.Namespace,
    metric: Metric.MetricName,
    dimensions: dimensionsOf(Metric.Dimensions),
    stat: Stat,
    period: Period,
    ...(Unit !== undefined && { unit: Unit }),
  };
  return { ...base, kind: "metric", reference };
}

export function dimensionsOf(list: v.InferOutput<typeof dimensionList>): Readonly<Record<string, string>> {
  return Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));
}

/** Samples the alarm's percentile needs to be meaningful; undefined where it is evaluated with any number. */
export function samplesNeeded(definition: MetricAlarmDefinition): number | undefined {
  if (definition.evaluateLowSampleCountPercentile !== "ignore" || definition.watched.kind !== "metric")
    return undefined;
  const statistic = parseStatistic(definition.watched.reference.stat);
  return statistic.kind === "percentile" ? significantSamples(statistic.percent) : undefined;
}

function watchedBy(input: MetricAlarmProperties): Watched {
  if (input.Metrics !== undefined) {
    const queries = input.Metrics.map((query) => metricQuery(query));
    if (queries.filter((query) => query.returnData).length !== 1)
      throw invalid("Exactly one of the Metrics must have ReturnData true.");
    return { kind: "math", queries };
  }
  const { MetricName, Namespace, Period, Statistic, ExtendedStatistic } = input;
  if (MetricName === undefined || Namespace === undefined || Period === undefined)
    throw invalid("An alarm needs MetricName, Namespace and Period, or Metrics.");
  const stat = Statistic ?? ExtendedStatistic;
  if (stat === undefined || (Statistic !== undefined && ExtendedStatistic !== undefined))
    throw invalid("An alarm needs either Statistic or ExtendedStatistic.");
  parseStatistic(stat);
  const reference: MetricReference = {
    namespace: Namespace,
    metric: MetricName,
    dimensions: dimensionsOf(input.Dimensions),
    stat,
    period: Period,
    ...(input.Unit !== undefined && { unit: input.Unit }),
  };
  return { kind: "metric", reference };
}

function periodOf(watched: Watched): number {
  if (watched.kind === "metric") return watched.reference.period;
  const periods = watched.queries.flatMap((query) => (query.kind === "metric" ? [query.reference.period] : []));
  const [period = 60, ...others] = [...new Set(periods)];
  if (others.length > 0) throw invalid(`All Metrics of an alarm must have one period; given: ${periods.join(", ")}.`);
  return period;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
function checkPeriods(input: MetricAlarmProperties, period: number): void {
  const { EvaluationPeriods, DatapointsToAlarm } = input;
  if (![10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0))
    throw invalid(`Period must be 10, 20, 30 or a multiple of 60, it is ${period}.`);
  const day = 86_400;
  const longest = period >= 3_600 ? 7 * day : day;
  if (period * EvaluationPeriods > longest)
    throw invalid(`Metrics cannot be checked across more than ${longest / day} days (EvaluationPeriods * Period).`);
  if (DatapointsToAlarm !== undefined && DatapointsToAlarm > EvaluationPeriods)
    throw invalid(`DatapointsToAlarm ${DatapointsToAlarm} must not exceed EvaluationPeriods ${EvaluationPeriods}.`);
}

function isPercentile(watched: Watched): boolean {
  return watched.kind === "metric" && parseStatistic(watched.reference.stat).kind === "percentile";
}

function actionsOf(input: {
  readonly ActionsEnabled: boolean;
  readonly OKActions: readonly string[];
  readonly AlarmActions: readonly string[];
  readonly InsufficientDataActions: readonly string[];
}): Actions {
  return {
    enabled: input.ActionsEnabled,
    ok: input.OKActions,
    alarm: input.AlarmActions,
    insufficientData: input.InsufficientDataActions,
  };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}
