import * as v from "valibot";
import type { Alarm, CompositeAlarmDefinition, MetricAlarmDefinition, MetricQuery, MetricReference } from "./alarm.ts";
import type { HistoryItem } from "./alarm-history.ts";
import { basicStatistics } from "./statistic.ts";

/** A moment as any protocol has it, in milliseconds since the epoch: ISO text, or seconds since the epoch. */
export const moment = v.pipe(
  v.union([v.string(), v.number(), v.date()]),
  v.transform((given) => {
    if (given instanceof Date) return given.getTime();
    const seconds = Number(given);
    return Number.isNaN(seconds) ? Date.parse(String(given)) : seconds * 1000;
  }),
  v.finite("must be a timestamp"),
);

/** `MetricAlarm` of `DescribeAlarms`. */
export function describeMetricAlarm(alarm: Alarm, definition: MetricAlarmDefinition) {
  const { watched } = definition;
  return {
    ...common(alarm),
    ...(watched.kind === "metric"
      ? describeMetric(watched.reference)
      : { Metrics: watched.queries.map(describeQuery), Dimensions: [] }),
    EvaluationPeriods: definition.evaluationPeriods,
    DatapointsToAlarm: definition.datapointsToAlarm,
    Threshold: definition.threshold,
    ComparisonOperator: definition.comparison,
    TreatMissingData: definition.treatMissingData,
    EvaluateLowSampleCountPercentile: definition.evaluateLowSampleCountPercentile,
  };
}

/** `CompositeAlarm` of `DescribeAlarms`. */
export function describeCompositeAlarm(alarm: Alarm, definition: CompositeAlarmDefinition) {
  return { ...common(alarm), AlarmRule: definition.rule };
}

export function describeHistoryItem(item: HistoryItem) {
  return {
    AlarmName: item.alarm,
    AlarmType: item.alarmType,
    Timestamp: new Date(item.at),
    HistoryItemType: item.type,
    HistorySummary: item.summary,
    HistoryData: item.data,
  };
}

export function describeDimensions(dimensions: Readonly<Record<string, string>>) {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

function common({ arn, definition, configuredAt, state }: Alarm) {
  return {
    AlarmName: definition.name,
    AlarmArn: arn,
    AlarmDescription: definition.description,
    AlarmConfigurationUpdatedTimestamp: new Date(configuredAt),
    ActionsEnabled: definition.actions.enabled,
    OKActions: definition.actions.ok,
    AlarmActions: definition.actions.alarm,
    InsufficientDataActions: definition.actions.insufficientData,
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: new Date(state.updatedAt),
    StateTransitionedTimestamp: new Date(state.transitionedAt),
  };
}

function describeMetric(reference: MetricReference) {
  const basic = basicStatistics.some((name) => name === reference.stat);
  return {
    MetricName: reference.metric,
    Namespace: reference.namespace,
    ...(basic ? { Statistic: reference.stat } : { ExtendedStatistic: reference.stat }),
    Dimensions: describeDimensions(reference.dimensions),
    Period: reference.period,
    Unit: reference.unit,
  };
}

function describeQuery(query: MetricQuery) {
  const base = { Id: query.id, Label: query.label, ReturnData: query.returnData };
  if (query.kind === "expression") return { ...base, Expression: query.expression };
  const { namespace, metric, dimensions, period, stat, unit } = query.reference;
  const Metric = { Namespace: namespace, MetricName: metric, Dimensions: describeDimensions(dimensions) };
  return { ...base, MetricStat: { Metric, Period: period, Stat: stat, Unit: unit } };
}
