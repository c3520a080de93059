import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as v from "valibot";
import { rehearse } from "#lambda/rehearsal.ts";
import { metricsOf } from "#probe/metrics.ts";
import { probe } from "#probe/probe.ts";
import { createProbeTable } from "#probe/probe-table.ts";
import type { RoundPorts } from "#probe/round.ts";
import { ProbeMap } from "#probe/service.ts";

const Environment = v.object({
  PROBE_MAP: v.string(),
  PROBE_TABLE: v.string(),
  PROBE_CLUSTER: v.string(),
  PROBE_METRICS: v.picklist(["up", "all"]),
  ALARM_TOPIC_ARN: v.string(),
});
const environment = () => v.parse(Environment, process.env);

// Node loads its HTTP client with the first use of it: now, while Lambda gives more processor time.
await fetch("data:,");

const cloudWatch = new CloudWatchClient({});
const table = new DynamoDBClient({});
await rehearse((options) => cloudWatch.send(new PutMetricDataCommand({ Namespace: "none", MetricData: [] }), options));

export function map(): ProbeMap {
  const file = path.join(process.env.LAMBDA_TASK_ROOT ?? ".", environment().PROBE_MAP);
  return v.parse(ProbeMap, JSON.parse(readFileSync(file, "utf8")));
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
const servicesAtOnce = 10;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const metricsAtOnce = 1_000;

/** With what is read at the first event, so that a mistake in it fails that event. */
export const effects = (
  { PROBE_TABLE, PROBE_CLUSTER, PROBE_METRICS, ALARM_TOPIC_ARN } = environment(),
): RoundPorts => ({
  now: Date.now,
  sleep: (ms) => sleep(ms),
  random: Math.random,
  probe: (service, era) => probe(fetch, service, era),
  async resting(names) {
    const { DescribeServicesCommand, ECSClient } = await import("@aws-sdk/client-ecs");
    const ecs = new ECSClient({});
    const found = new Set<string>();
    for (let from = 0; from < names.length; from += servicesAtOnce) {
      const services = names.slice(from, from + servicesAtOnce);
      const described = await ecs.send(new DescribeServicesCommand({ cluster: PROBE_CLUSTER, services }));
      for (const { serviceName = "", desiredCount } of described.services ?? []) {
        if (desiredCount === 0) found.add(serviceName);
      }
    }
    return found;
  },
  async measure(readings) {
    const { stage } = map();
    const data: readonly MetricDatum[] = metricsOf(stage, readings, PROBE_METRICS);
    for (let from = 0; from < data.length; from += metricsAtOnce) {
      const MetricData = data.slice(from, from + metricsAtOnce);
      await cloudWatch.send(new PutMetricDataCommand({ Namespace: "MCPFleet", MetricData }));
    }
  },
  memory: createProbeTable(PROBE_TABLE, table),
  async announce(notice) {
    // Tools rarely change: its client is compiled when they do.
    const { PublishCommand, SNSClient } = await import("@aws-sdk/client-sns");
    const Message = JSON.stringify(notice);
    // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: a subject has 100 characters at most, all of ASCII.
    const Subject = `${notice.subject}: its tools changed`.slice(0, 100);
    await new SNSClient({}).send(new PublishCommand({ TopicArn: ALARM_TOPIC_ARN, Subject, Message }));
  },
});
