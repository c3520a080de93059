import { createHash } from "node:crypto";
import type { Place } from "#endpoint/core/ports.ts";
import type { Alarm, AlarmState, MetricAlarmDefinition, MetricQuery, MetricReference } from "./alarm.ts";
import { timestamp } from "./reason.ts";
import { basicStatistics } from "./statistic.ts";

/** A change of state, as it is published. `triggers` are the alarms that made a composite one change. */
export interface StateChange {
  readonly alarm: Alarm;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly triggers: readonly Alarm[];
}

/** SNS gets the region by the name people know; EventBridge gets its code. */
const regionNames: Readonly<Record<string, string>> = {
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-west-1": "US West (N. California)",
  "us-west-2": "US West (Oregon)",
  "ca-central-1": "Canada (Central)",
  "eu-central-1": "EU (Frankfurt)",
  "eu-north-1": "EU (Stockholm)",
  "eu-west-1": "EU (Ireland)",
  "eu-west-2": "EU (London)",
  "eu-west-3": "EU (Paris)",
  "ap-northeast-1": "Asia Pacific (Tokyo)",
  "ap-south-1": "Asia Pacific (Mumbai)",
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "sa-east-1": "South America (Sao Paulo)",
};

/** Longest subject SNS takes. */
const maxSubject = 100;

/** What a topic gets. */
export function topicMessage(place: Place, change: StateChange): { readonly subject: string; readonly body: string } {
  const { alarm, from, to } = change;
  const { definition } = alarm;
  const region = regionNames[place.region] ?? place.region;
  const subject = `${to.value}: "${definition.name}" in ${region}`;
  const body = {
    AlarmName: definition.name,
    AlarmDescription: definition.description ?? null,
    AWSAccountId: place.account,
    AlarmConfigurationUpdatedTimestamp: timestamp(alarm.configuredAt),
    NewStateValue: to.value,
    NewStateReason: to.reason,
    StateChangeTime: timestamp(to.updatedAt),
    Region: region,
    AlarmArn: alarm.arn,
    OldStateValue: from.value,
    OKActions: definition.actions.ok,
    AlarmActions: definition.actions.alarm,
    InsufficientDataActions: definition.actions.insufficientData,
    ...(definition.kind === "metric"
      ? { Trigger: triggerOf(definition) }
      : { AlarmRule: definition.rule, TriggeringChildren: change.triggers.map(triggeringChild) }),
  };
  return { subject: subject.slice(0, maxSubject), body: JSON.stringify(body) };
}

/** The detail of `CloudWatch Alarm State Change`. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export function eventDetail({ alarm, from, to }: StateChange): Readonly<Record<string, unknown>> {
  return {
    alarmName: alarm.definition.name,
    state: stateForEvent(to),
    previousState: stateForEvent(from),
    configuration: configurationOf(alarm),
  };
}

/** What a function that is an alarm's action gets. */
export function functionPayload(place: Place, change: StateChange): string {
  return JSON.stringify({
    source: "aws.cloudwatch",
    alarmArn: change.alarm.arn,
    accountId: place.account,
    time: timestamp(change.to.updatedAt),
    region: place.region,
    alarmData: eventDetail(change),
  });
}

function stateForEvent(state: AlarmState) {
  return {
    value: state.value,
    reason: state.reason,
    ...(state.reasonData !== undefined && { reasonData: state.reasonData }),
    timestamp: timestamp(state.updatedAt),
  };
}

function configurationOf({ arn, definition }: Alarm) {
  const description = definition.description === undefined ? {} : { description: definition.description };
  if (definition.kind === "composite") return { ...description, alarmRule: definition.rule };
  const { watched } = definition;
  const metrics =
    watched.kind === "metric"
      ? [{ id: stableId(arn), metricStat: metricStatForEvent(watched.reference), returnData: true }]
      : watched.queries.map(queryForEvent);
  return { ...description, metrics };
}

function queryForEvent(query: MetricQuery) {
  const label = query.label === undefined ? {} : { label: query.label };
  return query.kind === "metric"
    ? { id: query.id, ...label, metricStat: metricStatForEvent(query.reference), returnData: query.returnData }
    : { expression: query.expression, id: query.id, ...label, returnData: query.returnData };
}

function metricStatForEvent({ namespace, metric, dimensions, period, stat, unit }: MetricReference) {
  return {
    metric: { namespace, name: metric, dimensions },
    period,
    stat,
    ...(unit !== undefined && { unit }),
  };
}

function triggerOf(definition: MetricAlarmDefinition) {
  const { watched } = definition;
  return {
    ...(watched.kind === "metric" ? metricTrigger(watched.reference) : { Metrics: watched.queries.map(queryForTopic) }),
    Period: definition.period,
    EvaluationPeriods: definition.evaluationPeriods,
    ...(definition.datapointsToAlarm !== undefined && { DatapointsToAlarm: definition.datapointsToAlarm }),
    ComparisonOperator: definition.comparison,
    Threshold: definition.threshold,
    TreatMissingData: definition.treatMissingData,
    EvaluateLowSampleCountPercentile: definition.evaluateLowSampleCountPercentile ?? "",
  };
}

function metricTrigger(reference: MetricReference) {
  const basic = basicStatistics.some((name) => name === reference.stat);
  return {
    MetricName: reference.metric,
    Namespace: reference.namespace,
    ...(basic
      ? { StatisticType: "Statistic", Statistic: upperSnake(reference.stat) }
      : { StatisticType: "ExtendedStatistic", ExtendedStatistic: reference.stat }),
    Unit: reference.unit ?? null,
    Dimensions: dimensionPairs(reference),
  };
}

function queryForTopic(query: MetricQuery) {
  const label = query.label === undefined ? {} : { Label: query.label };
  if (query.kind === "expression")
    return { Expression: query.expression, Id: query.id, ...label, ReturnData: query.returnData };
  const { reference } = query;
  const Metric = {
    Dimensions: dimensionPairs(reference),
    MetricName: reference.metric,
    Namespace: reference.namespace,
  };
  const MetricStat = { Metric, Period: reference.period, Stat: reference.stat };
  return { Id: query.id, ...label, MetricStat, ReturnData: query.returnData };
}

function dimensionPairs({ dimensions }: MetricReference) {
  return Object.entries(dimensions).map(([name, value]) => ({ value, name }));
}

function triggeringChild({ arn, state }: Alarm) {
  return { Arn: arn, State: { Value: state.value, Timestamp: timestamp(state.updatedAt) } };
}

/** `SampleCount` is `SAMPLE_COUNT` in SNS's message. */
function upperSnake(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

/** CloudWatch gives the one metric of an alarm an id of its own; the same alarm keeps it. */
function stableId(arn: string): string {
  const hex = createHash("sha256").update(arn).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
