import {
  CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  paginateDescribeAlarmHistory,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import * as v from "valibot";
import { serviceOf } from "#chat/parse/alarm.ts";
import { names } from "#fleet/names.ts";
import { basisOf } from "#fleet/threshold-basis.ts";
import { balancerReportSeconds } from "#fleet/timing.ts";
import type { Sample } from "./baseline.ts";
import { noticeOf } from "./notice.ts";
import { type DeployedAlarm, type LatencyAlarm, statistics, type Trouble, type TunePorts } from "./tune.ts";

const { STAGE, ALARM_QUEUE_URL } = v.parse(v.object({ STAGE: v.string(), ALARM_QUEUE_URL: v.string() }), process.env);

const cloudWatch = new CloudWatchClient({});
const parameters = new SSMClient({});
const queue = new SQSClient({});

/** One-minute values are kept for 15 days. */
const spanMs = 14 * 24 * 60 * 60_000;
const quarterSeconds = 6 * 60 * 60;

export const effects: TunePorts = {
  async alarms() {
    const found: DeployedAlarm[] = [];
    const pages = paginateDescribeAlarms({ client: cloudWatch }, { AlarmNamePrefix: `${STAGE}-mcp-` });
    for await (const { MetricAlarms = [] } of pages) {
      for (const { AlarmName = "", AlarmDescription = "", Dimensions = [], Threshold } of MetricAlarms) {
        const name = latencyAlarms.find((one) => AlarmName.endsWith(`-${one}`));
        const service = serviceOf({ kind: "unstated" }, AlarmName);
        if (name === undefined || service === undefined || Threshold === undefined) continue;
        const dimensions = Object.fromEntries(Dimensions.map(({ Name = "", Value = "" }) => [Name, Value]));
        found.push({ service, name, dimensions, threshold: Threshold, basis: basisOf(AlarmDescription) ?? "chosen" });
      }
    }
    return found;
  },

  async measure(alarm) {
    // Of the alarms' own period: a percentile of a longer one is lower, of a shorter one higher.
    const minutes = await samplesOf(alarm, balancerReportSeconds);
    return { minutes, quarters: await samplesOf(alarm, quarterSeconds) };
  },

  async troubles(service) {
    const rung = [names.alarm(STAGE, service, "healthyHosts"), names.alarm(STAGE, service, "failedRequests")];
    return (await Promise.all(rung.map(troublesOf))).flat();
  },

  async store(service, thresholds) {
    await parameters.send(
      new PutParameterCommand({
        Name: names.thresholds(STAGE, service),
        Description: `Latency thresholds of ${service}, measured; the next deploy applies them`,
        Type: "String",
        Value: JSON.stringify(thresholds),
        Overwrite: true,
      }),
    );
  },

  async announce(outcomes) {
    const MessageBody = JSON.stringify(noticeOf(outcomes, STAGE, new Date()));
    await queue.send(new SendMessageCommand({ QueueUrl: ALARM_QUEUE_URL, MessageBody }));
  },
};

async function samplesOf({ name, dimensions }: DeployedAlarm, period: number): Promise<readonly Sample[]> {
  const end = Math.floor(Date.now() / (period * 1000)) * period * 1000;
  const [values, requests] = [new Map<number, number>(), new Map<number, number>()];
  let NextToken: string | undefined;
  do {
    const page = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(end - spanMs),
        EndTime: new Date(end),
        MetricDataQueries: [
          query("value", statistics[name], dimensions, period),
          query("requests", "SampleCount", dimensions, period),
        ],
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    for (const { Id, Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const found = Id === "value" ? values : requests;
      for (const [index, at] of Timestamps.entries()) found.set(at.getTime(), Values[index] ?? Number.NaN);
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return [...values]
    .map(([at, value]) => ({ at, value, requests: requests.get(at) ?? 0 }))
    .sort((one, other) => one.at - other.at);
}

/** From an alarm's history, which CloudWatch keeps for 30 days. */
async function troublesOf(AlarmName: string): Promise<readonly Trouble[]> {
  const troubles: Trouble[] = [];
  const pages = paginateDescribeAlarmHistory(
    { client: cloudWatch },
    {
      AlarmName,
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      HistoryItemType: "StateUpdate",
      StartDate: new Date(Date.now() - spanMs),
      ScanBy: "TimestampDescending",
    },
  );
  let until = Number.POSITIVE_INFINITY;
  for await (const { AlarmHistoryItems = [] } of pages) {
    for (const { Timestamp, HistorySummary = "" } of AlarmHistoryItems) {
      const from = Timestamp?.getTime() ?? 0;
      if (HistorySummary.endsWith("to ALARM")) troubles.push({ from, until });
      until = from;
    }
  }
  return troubles;
}

const latencyAlarms: readonly LatencyAlarm[] = ["latencyP95", "latencyP99", "latencyAverage"];

function query(
  Id: string,
  Stat: string,
  dimensions: Readonly<Record<string, string>>,
  Period: number,
): MetricDataQuery {
  return {
    Id,
    MetricStat: {
      Metric: {
        Namespace: "AWS/ApplicationELB",
        MetricName: "TargetResponseTime",
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period,
      Stat,
    },
  };
}
