import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { names } from "#fleet";

/** How a function is called, as far as it shows that something is wrong with it. */
export interface FunctionCalls {
  /** Default: Lambda keeps its events. `queue`: a queue does, which has alarms of its own. `request`: its caller waits. */
  readonly by?: "queue" | "request";
  /** Seconds between two runs of its schedule. */
  readonly everySeconds?: number;
  /** Failed calls are repeated as a matter of course: so many spans of five minutes, of so many in a row, are too many. */
  readonly failing?: { readonly spans: number; readonly of: number };
  /** One call at a time: others wait for it, which is no fault for an hour. */
  readonly inTurn?: boolean;
}

export interface WatchedFunction {
  readonly stage: string;
  readonly name: string;
  readonly calls: FunctionCalls;
  readonly topicArn: string;
}

interface Watch {
  readonly metric: "Errors" | "Throttles" | "AsyncEventAge" | "Invocations";
  readonly statistic: "Sum" | "Maximum";
  /** Seconds. */
  readonly period: number;
  readonly spans: number;
  readonly of: number;
  readonly threshold: number;
  readonly means: string;
}

const span = Duration.minutes(5).toSeconds();
const hour = Duration.hours(1).toSeconds();
/** CloudWatch looks no further back: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const furthest = Duration.days(7).toSeconds();

/**
 * Alarms on one function. They say that the fleet does not do its work: what it finds wrong elsewhere it reports itself.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export function watchFunction(scope: Construct, { stage, name, calls, topicArn }: WatchedFunction): void {
  const inside = new Construct(scope, `${name}-alarms`);
  const runbook = calls.by === "queue" ? "when-the-road-itself-fails" : "when-a-function-fails";
  for (const [kind, watch] of Object.entries(watchesFor(calls))) {
    const isSilence = watch.metric === "Invocations";
    new cloudwatch.CfnAlarm(inside, kind, {
      alarmName: names.functionAlarm(stage, name, kind),
      alarmDescription: `${name}: ${watch.means}. Runbook: docs/alarms.md#${runbook}`,
      namespace: "AWS/Lambda",
      metricName: watch.metric,
      dimensions: [{ name: "FunctionName", value: names.function(stage, name) }],
      statistic: watch.statistic,
      period: watch.period,
      evaluationPeriods: watch.of,
      datapointsToAlarm: watch.spans,
      threshold: watch.threshold,
      comparisonOperator: isSilence ? "LessThanThreshold" : "GreaterThanThreshold",
      // A function that is not called has no data: then it is that which is reported, once it was called a first time.
      treatMissingData: isSilence ? "missing" : "notBreaching",
      alarmActions: [topicArn],
      okActions: [topicArn],
      ...(isSilence && { insufficientDataActions: [topicArn] }),
    });
  }
}

function watchesFor({ by, everySeconds, failing = { spans: 1, of: 1 }, inTurn = false }: FunctionCalls) {
  const silence = everySeconds === undefined ? undefined : silenceOf(everySeconds);
  return {
    errors: {
      metric: "Errors",
      statistic: "Sum",
      period: span,
      ...failing,
      threshold: 0,
      means: failing.of === 1 ? "it failed" : `it failed in ${failing.spans} of ${failing.of} spans of five minutes`,
    },
    throttles: {
      metric: "Throttles",
      statistic: "Sum",
      period: span,
      ...(inTurn ? { spans: 12, of: 12 } : { spans: 1, of: 1 }),
      threshold: 0,
      means: inTurn
        ? "calls of it had to wait for an hour on end"
        : "calls of it were refused, for want of concurrency",
    },
    ...(by === undefined && {
      age: {
        metric: "AsyncEventAge",
        statistic: "Maximum",
        period: span,
        spans: 1,
        of: 1,
        threshold: 1_000 * (inTurn ? hour : 3 * span),
        means: `an event has waited for it for more than ${inTurn ? "an hour" : "15 minutes"}`,
      },
    }),
    ...(silence !== undefined && { silence }),
  } satisfies Readonly<Record<string, Watch>>;
}

/** Three runs that did not take place, or one and a quarter of those that are a day apart. */
function silenceOf(everySeconds: number): Watch | undefined {
  const period = everySeconds > hour ? 6 * hour : everySeconds;
  const spans = everySeconds > hour ? Math.ceil((1.25 * everySeconds) / period) : 3;
  if (period * spans > furthest) return undefined;
  const hours = (period * spans) / hour;
  const means = `it has not run for ${hours < 1 ? `${hours * 60} minutes` : `${hours} hours`}, though its schedule calls it`;
  return { metric: "Invocations", statistic: "Sum", period, spans, of: spans, threshold: 1, means };
}
