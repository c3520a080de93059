import { type Dimension, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { chunksOf } from "#aws/batches.ts";
import { readTargetDimensions } from "#aws/target-dimensions.ts";
import { names, type StagePlan } from "#fleet";
import type { Traffic } from "../model/traffic.ts";
import type { Clients } from "./clients.ts";

const minuteMs = 60_000;
const bins = 60;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html: 500 metrics a call. */
const servicesAtOnce = Math.floor(500 / 3);

/**
 * Each metric asked for is paid for, and a balancer reports by the minute, some time after it is over. On this machine
 * nobody is paid, and a balancer reports at once.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
const paces = {
  aws: { until: (now: number) => floorToMinute(now - minuteMs) },
  loopback: { until: (now: number) => now },
} as const;

/** So many services are read each minute; of more the minutes between are as many times as many. */
const servicesAMinute = 50;

/** Milliseconds between two readings: whatever the number of services, they cost about two dollars a day on AWS. */
export function metricsEveryMs({ runsOn, services }: StagePlan): number {
  return runsOn === "aws" ? Math.max(1, services.length / servicesAMinute) * minuteMs : 2_000;
}

const floorToMinute = (at: number) => Math.floor(at / minuteMs) * minuteMs;

/** A service whose target group some balancer has. */
interface Counted {
  readonly service: string;
  readonly dimensions: readonly Dimension[];
}

/** The requests of each service as CloudWatch counted them: read once a minute, however often it is asked. */
export function createTrafficReader(plan: StagePlan, clients: Clients): () => Promise<readonly Traffic[]> {
  const { until } = paces[plan.runsOn];
  const everyMs = metricsEveryMs(plan);
  let known: { readonly at: number; readonly traffic: Promise<readonly Traffic[]> } | undefined;
  return () => {
    const now = Date.now();
    if (known === undefined || now - known.at >= everyMs) {
      known = { at: now, traffic: readTraffic(plan, clients, until(now)) };
    }
    return known.traffic;
  };
}

async function readTraffic(plan: StagePlan, clients: Clients, until: number): Promise<readonly Traffic[]> {
  const counted = await findCounted(plan, clients);
  const chunks = chunksOf(counted, servicesAtOnce);
  return (await Promise.all(chunks.map((some) => readChunk(some, clients, until)))).flat();
}

async function findCounted({ stage, services }: StagePlan, { balancing }: Clients): Promise<readonly Counted[]> {
  const keys = new Map(services.map(({ key }) => [names.targetGroup(stage, key), key]));
  return [...(await readTargetDimensions(balancing))].flatMap(([group, dimensions]) => {
    const service = keys.get(group);
    return service === undefined ? [] : [{ service, dimensions }];
  });
}

async function readChunk(counted: readonly Counted[], { cloudWatch }: Clients, until: number): Promise<Traffic[]> {
  const newest = floorToMinute(until - 1);
  const oldest = newest - (bins - 1) * minuteMs;
  const series = new Map<string, ReadonlyMap<number, number>>();
  const { MetricDataResults = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(oldest),
      EndTime: new Date(until),
      MetricDataQueries: counted.flatMap(({ dimensions }, at) => [
        query(`requests${at}`, "RequestCount", "Sum", dimensions),
        query(`latency${at}`, "TargetResponseTime", "p95", dimensions),
        query(`errors${at}`, "HTTPCode_Target_5XX_Count", "Sum", dimensions),
      ]),
    }),
  );
  for (const { Id = "", Timestamps = [], Values = [] } of MetricDataResults) {
    series.set(Id, new Map(Timestamps.map((at, index) => [at.getTime(), Values[index] ?? 0])));
  }
  const minutes = Array.from({ length: bins }, (_, at) => oldest + at * minuteMs);
  return counted.map(({ service }, at) => {
    const counts = minutes.map((minute) => series.get(`requests${at}`)?.get(minute) ?? 0);
    const times = series.get(`latency${at}`);
    const p95 = times?.get(minutes.findLast((minute) => times.has(minute)) ?? 0);
    return {
      service,
      span: "hour",
      counts,
      rate: sum(counts.slice(-2)) / ((until - newest + minuteMs) / 1000),
      ...(p95 === undefined ? {} : { p95: p95 * 1000 }),
      errors: sum([...(series.get(`errors${at}`)?.values() ?? [])]),
    };
  });
}

function query(Id: string, MetricName: string, Stat: string, dimensions: readonly Dimension[]): MetricDataQuery {
  const Metric = { Namespace: "AWS/ApplicationELB", MetricName, Dimensions: [...dimensions] };
  return { Id, MetricStat: { Metric, Period: 60, Stat } };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
