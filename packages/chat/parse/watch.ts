import * as v from "valibot";
import type { Limit, Watch } from "../incident/incident.ts";

/** A field with an unexpected shape counts as absent: the rest still makes a message. */
export const text = v.fallback(v.optional(v.nullable(v.string())), undefined);
export const number = v.fallback(v.optional(v.nullable(v.number())), undefined);

const Pairs = v.fallback(v.array(v.object({ name: v.string(), value: v.string() })), []);
const TopicMetric = v.object({
  Id: text,
  Expression: text,
  Label: text,
  ReturnData: v.fallback(v.optional(v.boolean()), undefined),
  MetricStat: v.fallback(
    v.optional(v.object({ Metric: v.object({ MetricName: v.string(), Namespace: text }), Stat: text })),
    undefined,
  ),
});

export const Trigger = v.object({
  MetricName: text,
  Namespace: text,
  Statistic: text,
  ExtendedStatistic: text,
  Dimensions: Pairs,
  Period: number,
  EvaluationPeriods: number,
  DatapointsToAlarm: number,
  ComparisonOperator: text,
  Threshold: number,
  ThresholdMetricId: text,
  Metrics: v.fallback(v.optional(v.array(TopicMetric)), undefined),
});
type Trigger = v.InferOutput<typeof Trigger>;

/** `Trigger` of a message from a topic. */
export function watchOfTrigger(trigger: Trigger): Watch {
  const limit = limitOf(trigger);
  if (trigger.MetricName != null) {
    return {
      kind: "metric",
      namespace: trigger.Namespace ?? "",
      metric: trigger.MetricName,
      statistic: trigger.ExtendedStatistic ?? spelled(trigger.Statistic ?? ""),
      dimensions: Object.fromEntries(trigger.Dimensions.map(({ name, value }) => [name, value])),
      period: trigger.Period ?? 60,
      limit,
    };
  }
  if (trigger.Metrics === undefined) return { kind: "unstated" };
  const returned = trigger.Metrics.find(({ ReturnData }) => ReturnData === true) ?? trigger.Metrics[0];
  const label = labelOf(returned);
  return trigger.ThresholdMetricId == null ? { kind: "math", label, limit } : { kind: "anomaly", label };
}

function labelOf(metric: v.InferOutput<typeof TopicMetric> | undefined): string {
  return metric?.Label ?? metric?.Expression ?? metric?.MetricStat?.Metric.MetricName ?? metric?.Id ?? "the expression";
}

function limitOf({ Threshold, ComparisonOperator, Period, EvaluationPeriods }: Trigger): Limit | undefined {
  if (Threshold == null) return undefined;
  return {
    comparison: ComparisonOperator ?? "",
    threshold: Threshold,
    window: (Period ?? 60) * (EvaluationPeriods ?? 1),
  };
}

/** A topic's message has `SAMPLE_COUNT` and `AVERAGE`, an event `SampleCount` and `Average`. */
function spelled(statistic: string): string {
  return statistic
    .toLowerCase()
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

const EventMetric = v.object({
  id: text,
  expression: text,
  label: text,
  returnData: v.fallback(v.optional(v.boolean()), undefined),
  metricStat: v.fallback(
    v.optional(
      v.object({
        metric: v.object({
          namespace: text,
          name: v.string(),
          dimensions: v.fallback(v.record(v.string(), v.string()), {}),
        }),
        period: number,
        stat: text,
      }),
    ),
    undefined,
  ),
});

export const Configuration = v.fallback(
  v.object({ description: text, alarmRule: text, metrics: v.fallback(v.optional(v.array(EventMetric)), undefined) }),
  { description: undefined, alarmRule: undefined, metrics: undefined },
);

/** `configuration` of an event. It has no threshold: where there is one, it stands in the state's reason data. */
export function watchOfConfiguration(
  { alarmRule, metrics }: v.InferOutput<typeof Configuration>,
  threshold: number | undefined,
): Watch {
  if (alarmRule != null) return { kind: "composite", rule: alarmRule, children: [] };
  const returned = metrics?.find(({ returnData }) => returnData === true) ?? metrics?.[0];
  if (metrics === undefined || returned === undefined) return { kind: "unstated" };
  const limit = threshold === undefined ? undefined : { comparison: "", threshold, window: 0 };
  const stat = returned.metricStat;
  if (stat === undefined || metrics.length > 1) {
    const label = returned.label ?? returned.expression ?? stat?.metric.name ?? returned.id ?? "the expression";
    const banded = metrics.some(({ expression }) => expression?.includes("ANOMALY_DETECTION_BAND") === true);
    return banded ? { kind: "anomaly", label } : { kind: "math", label, limit };
  }
  return {
    kind: "metric",
    namespace: stat.metric.namespace ?? "",
    metric: stat.metric.name,
    statistic: stat.stat ?? "",
    dimensions: stat.metric.dimensions,
    period: stat.period ?? 60,
    limit,
  };
}
