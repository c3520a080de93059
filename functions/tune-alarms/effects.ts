import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  paginateDescribeAlarmHistory,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import * as v from "valibot";
import { serviceOf } from "#chat/parse/alarm.ts";
import { names } from "#fleet/names.ts";
import { basisOf } from "#fleet/threshold-basis.ts";
import { rehearse } from "#lambda/rehearsal.ts";
import { measureBy, spanMs } from "./measure.ts";
import { noticeOf } from "./notice.ts";
import { troublesIn } from "./outages.ts";
import type { DeployedAlarm, LatencyAlarm, OutageAlarm, Trouble, TunePorts } from "./tune.ts";

const Environment = v.object({ STAGE: v.string(), ALARM_QUEUE_URL: v.string() });
/** Read at an event, so that a mistake in it fails that event. */
const environment = () => v.parse(Environment, process.env);

/** A thousand services meet the quotas of a second again and again: what AWS refuses then is a matter of waiting. */
const patient = { maxAttempts: 10 };
const cloudWatch = new CloudWatchClient(patient);
const parameters = new SSMClient(patient);
const queue = new SQSClient({});
await rehearse((options) => cloudWatch.send(new DescribeAlarmsCommand({}), options));

export const effects: TunePorts = {
  async alarms() {
    const [latency, outages]: [DeployedAlarm[], OutageAlarm[]] = [[], []];
    const pages = paginateDescribeAlarms(
      { client: cloudWatch },
      { AlarmNamePrefix: `${environment().STAGE}-mcp-`, AlarmTypes: ["MetricAlarm", "CompositeAlarm"] },
    );
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
      for (const { AlarmName = "", AlarmDescription = "", Dimensions = [], Threshold } of MetricAlarms) {
        const name = latencyAlarms.find((one) => AlarmName.endsWith(`-${one}`));
        const service = serviceOf({ kind: "unstated" }, AlarmName);
        if (name === undefined || service === undefined || Threshold === undefined) continue;
        const dimensions = Object.fromEntries(Dimensions.map(({ Name = "", Value = "" }) => [Name, Value]));
        latency.push({ service, name, dimensions, threshold: Threshold, basis: basisOf(AlarmDescription) ?? "chosen" });
      }
      for (const alarm of [...MetricAlarms, ...CompositeAlarms]) {
        const { AlarmName: name = "", StateValue, StateTransitionedTimestamp: since } = alarm;
        const service = serviceOf({ kind: "unstated" }, name);
        if (service === undefined || !outagesOf(service).includes(name)) continue;
        outages.push({ service, name, rings: StateValue === "ALARM", since: since?.getTime() ?? Date.now() });
      }
    }
    return { latency, outages };
  },

  measure: measureBy(cloudWatch),

  async troubles({ name, rings, since }) {
    const begin = Date.now() - spanMs;
    if (since >= begin) return await troublesOf(name, begin);
    return rings ? [{ from: since, until: Number.POSITIVE_INFINITY }] : [];
  },

  async store(service, thresholds) {
    await parameters.send(
      new PutParameterCommand({
        Name: names.thresholds(environment().STAGE, service),
        Description: `Latency thresholds of ${service}, measured; the next deploy applies them`,
        Type: "String",
        Value: JSON.stringify(thresholds),
        Overwrite: true,
      }),
    );
  },

  async announce(outcomes) {
    const { STAGE, ALARM_QUEUE_URL } = environment();
    const MessageBody = JSON.stringify(noticeOf(outcomes, STAGE, new Date()));
    await queue.send(new SendMessageCommand({ QueueUrl: ALARM_QUEUE_URL, MessageBody }));
  },
};

/** From an alarm's history, which CloudWatch keeps for 30 days. */
async function troublesOf(AlarmName: string, begin: number): Promise<readonly Trouble[]> {
  const pages = paginateDescribeAlarmHistory(
    { client: cloudWatch },
    {
      AlarmName,
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      HistoryItemType: "StateUpdate",
      StartDate: new Date(begin),
      ScanBy: "TimestampDescending",
    },
  );
  const changes = [];
  for await (const { AlarmHistoryItems = [] } of pages)
    for (const { Timestamp, HistorySummary: summary = "" } of AlarmHistoryItems)
      changes.push({ at: Timestamp?.getTime() ?? 0, summary });
  return troublesIn(changes);
}

const outagesOf = (service: string): readonly string[] => [
  names.alarm(environment().STAGE, service, "healthyHosts"),
  names.alarm(environment().STAGE, service, "failedRequests"),
];

const latencyAlarms: readonly LatencyAlarm[] = ["latencyP95", "latencyP99", "latencyAverage"];
