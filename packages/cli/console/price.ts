import { metricsEveryMs } from "#console/reading/traffic.ts";
import { alarmNames, rateNames, type StagePlan } from "#fleet";
import { releaseAlarms } from "#fleet/release-alarm.ts";

const dayMs = 86_400_000;

/** USD in us-east-1, by call. */
const calls = {
  /** https://aws.amazon.com/cloudwatch/pricing/: each metric that GetMetricData is asked for */
  metric: 0.01 / 1_000,
  /** https://aws.amazon.com/cloudwatch/pricing/: other requests, the first million a month left out of account */
  alarms: 0.01 / 1_000,
  /** https://aws.amazon.com/secrets-manager/pricing/ */
  secrets: 0.05 / 10_000,
  /** https://aws.amazon.com/sqs/pricing/ */
  queue: 0.4 / 1_000_000,
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/: half a read unit each, of 4 KB; records of a day's incidents take ten */
  records: (10 * 0.125) / 1_000_000 / 2,
} as const;
/** Of ListSecrets, and of DescribeAlarms. */
const pageLength = 100;
const metricsOfService = 3;
const queues = 2;

/**
 * Milliseconds between two readings. AWS allows an account a few calls a second in all, and each page of services, tasks,
 * alarms and secrets takes one: about three a second, whatever their number. On this machine there is no limit.
 */
export function intervalOf({ runsOn, services }: StagePlan): number {
  return runsOn === "aws" ? Math.max(5_000, services.length * 100) : 1_000;
}

/** What a stage's console costs on AWS while somebody looks at it, in USD a day, with readings so far apart. */
export function priceOfDay(plan: StagePlan, intervalMs: number): number {
  const { services, secrets, chat } = plan;
  const alarms = services.length * (alarmNames.length + rateNames.length + releaseAlarms.length);
  const reading =
    pages(secrets.length) * calls.secrets +
    pages(alarms) * calls.alarms +
    (chat === undefined ? 0 : queues * calls.queue + Object.keys(chat.destinations).length * calls.records);
  const metrics = services.length * metricsOfService * calls.metric;
  return (dayMs / intervalMs) * reading + (dayMs / metricsEveryMs(plan)) * metrics;
}

const pages = (items: number) => Math.max(1, Math.ceil(items / pageLength));
