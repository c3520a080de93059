import * as v from "valibot";
import type { Band, Limit, Metric, Watch } from "../incident/watch.ts";
import { flag, number, pairs, present, text } from "./field.ts";
import { bandOf } from "./reason.ts";

/** More metrics of an expression than this are not looked at: it may have five hundred. */
const metricsRead = 20;

const Pairs = v.fallback(v.array(v.object({ name: v.string(), value: v.string() })), []);
const TopicMetric = v.object({
  Id: text,
  Expression: text,
  Label: text,
  AccountId: text,
  ReturnData: flag,
  MetricStat: v.fallback(
    v.optional(
      v.object({ Metric: v.object({ MetricName: v.string(), Namespace: text, Dimensions: Pairs }), Stat: text }),
    ),
    undefined,
  ),
});

export const Trigger = v.object({
  MetricName: text,
  Namespace: text,
  Statistic: text,
  ExtendedStatistic: text,
  Unit: text,
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
export function watchOfTrigger(trigger: Trigger, reason: string): Watch {
  const limit = limitOf(trigger);
  if (trigger.MetricName != null) {
    return {
      kind: "metric",
      namespace: trigger.Namespace ?? "",
      metric: trigger.MetricName,
      statistic: trigger.ExtendedStatistic ?? spelled(trigger.Statistic ?? ""),
      dimensions: dimensionsOf(trigger.Dimensions),
      period: trigger.Period ?? 60,
      unit: present(trigger.Unit),
      limit,
    };
  }
  if (trigger.Metrics === undefined) return { kind: "unstated" };
  // The band is returned as well as what is compared with it.
  const compared = trigger.Metrics.filter(({ Id }) => Id == null || Id !== trigger.ThresholdMetricId);
  const returned = compared.find(({ ReturnData }) => ReturnData === true) ?? compared[0];
  const label = labelOf(returned);
  const metrics = trigger.Metrics.slice(0, metricsRead).flatMap(({ MetricStat, AccountId }): Metric[] => {
    if (MetricStat === undefined) return [];
    const { MetricName, Namespace, Dimensions } = MetricStat.Metric;
    const account = present(AccountId);
    return [{ namespace: Namespace ?? "", metric: MetricName, dimensions: dimensionsOf(Dimensions), account }];
  });
  return trigger.ThresholdMetricId == null
    ? { kind: "math", label, metrics, limit }
    : { kind: "anomaly", label, metrics, band: bandOf(reason) };
}

function dimensionsOf(dimensions: v.InferOutput<typeof Pairs>): Readonly<Record<string, string>> {
  return Object.fromEntries(dimensions.map(({ name, value }) => [name, value]));
}

function labelOf(metric: v.InferOutput<typeof TopicMetric> | undefined): string {
  return metric?.Label ?? metric?.Expression ?? metric?.MetricStat?.Metric.MetricName ?? metric?.Id ?? "the expression";
}

function limitOf(trigger: Trigger): Limit | undefined {
  const { Threshold, ComparisonOperator, Period, EvaluationPeriods, DatapointsToAlarm } = trigger;
  if (Threshold == null) return undefined;
  const of = EvaluationPeriods ?? 1;
  return {
    comparison: ComparisonOperator ?? "",
    threshold: Threshold,
    span: { period: Period ?? 60, datapoints: DatapointsToAlarm ?? of, of },
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
  accountId: text,
  returnData: flag,
  metricStat: v.fallback(
    v.optional(
      v.object({
        metric: v.object({ namespace: text, name: v.string(), dimensions: pairs }),
        period: number,
        stat: text,
        unit: text,
      }),
    ),
    undefined,
  ),
});

export const Configuration = v.fallback(
  v.object({ description: text, alarmRule: text, metrics: v.fallback(v.optional(v.array(EventMetric)), undefined) }),
  { description: undefined, alarmRule: undefined, metrics: undefined },
);

/** What an event says of a state beside its configuration. */
export interface Measured {
  readonly limit: Limit | undefined;
  readonly band: Band | undefined;
  /** Names of the alarms that set a composite one off. */
  readonly children: readonly string[];
}

/** `configuration` of an event. It has no threshold: where there is one, it stands in the state. */
export function watchOfConfiguration(
  { alarmRule, metrics }: v.InferOutput<typeof Configuration>,
  { limit, band, children }: Measured,
): Watch {
  if (alarmRule != null) return { kind: "composite", rule: alarmRule, children: [...children] };
  const isBand = ({ expression }: v.InferOutput<typeof EventMetric>) =>
    expression?.includes("ANOMALY_DETECTION_BAND") === true;
  const compared = metrics?.filter((metric) => !isBand(metric));
  const returned = compared?.find(({ returnData }) => returnData === true) ?? compared?.[0];
  if (metrics === undefined || returned === undefined) return { kind: "unstated", limit };
  const stat = returned.metricStat;
  if (stat === undefined || metrics.length > 1) {
    const label = returned.label ?? returned.expression ?? stat?.metric.name ?? returned.id ?? "the expression";
    const looked = metrics.slice(0, metricsRead).flatMap(({ metricStat, accountId }): Metric[] => {
      if (metricStat === undefined) return [];
      const { namespace, name, dimensions } = metricStat.metric;
      return [{ namespace: namespace ?? "", metric: name, dimensions, account: present(accountId) }];
    });
    return metrics.some(isBand)
      ? { kind: "anomaly", label, metrics: looked, band }
      : { kind: "math", label, metrics: looked, limit };
  }
  return {
    kind: "metric",
    namespace: stat.metric.namespace ?? "",
    metric: stat.metric.name,
    statistic: stat.stat ?? "",
    dimensions: stat.metric.dimensions,
    account: present(returned.accountId),
    period: stat.period ?? 60,
    unit: present(stat.unit),
    limit,
  };
}
