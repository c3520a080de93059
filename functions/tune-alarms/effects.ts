import {
  CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import * as v from "valibot";
import { serviceOf } from "#chat/parse/alarm.ts";
import { names } from "#fleet/names.ts";
import { basisOf } from "#fleet/threshold-basis.ts";
import { balancerReportSeconds } from "#fleet/timing.ts";
import type { Minute } from "./baseline.ts";
import { noticeOf } from "./notice.ts";
import { type DeployedAlarm, type LatencyAlarm, statistics, type TunePorts } from "./tune.ts";

const { STAGE, ALARM_QUEUE_URL } = v.parse(v.object({ STAGE: v.string(), ALARM_QUEUE_URL: v.string() }), process.env);

const cloudWatch = new CloudWatchClient({});
const parameters = new SSMClient({});
const queue = new SQSClient({});

/** Values of the alarms' own period: a percentile of a longer one is lower, of a shorter one higher. */
const periodMs = balancerReportSeconds * 1000;
/** One-minute values are kept for 15 days. */
const spanMs = 14 * 24 * 60 * 60_000;

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

  async measure({ name, dimensions }) {
    const end = Math.floor(Date.now() / periodMs) * periodMs;
    const start = end - spanMs;
    const values = new Map<string, Map<number, number>>([
      ["value", new Map()],
      ["samples", new Map()],
    ]);
    let NextToken: string | undefined;
    do {
      const page = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(start),
          EndTime: new Date(end),
          MetricDataQueries: [
            query("value", statistics[name], dimensions),
            query("samples", "SampleCount", dimensions),
          ],
          ...(NextToken !== undefined && { NextToken }),
        }),
      );
      for (const { Id = "", Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
        for (const [index, timestamp] of Timestamps.entries()) {
          values.get(Id)?.set(timestamp.getTime(), Values[index] ?? Number.NaN);
        }
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return Array.from({ length: spanMs / periodMs }, (_, index): Minute | undefined => {
      const at = start + index * periodMs;
      const value = values.get("value")?.get(at);
      return value === undefined ? undefined : { value, samples: values.get("samples")?.get(at) ?? 0 };
    });
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

const latencyAlarms: readonly LatencyAlarm[] = ["latencyP95", "latencyP99", "latencyAverage"];

function query(Id: string, Stat: string, dimensions: Readonly<Record<string, string>>): MetricDataQuery {
  return {
    Id,
    MetricStat: {
      Metric: {
        Namespace: "AWS/ApplicationELB",
        MetricName: "TargetResponseTime",
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: balancerReportSeconds,
      Stat,
    },
  };
}
