import {
  CloudWatchClient,
  type Dimension,
  GetMetricDataCommand,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { readTargetDimensions } from "#aws/target-dimensions.ts";
import { names, type ServicePlan } from "#fleet";
import { notDeployed } from "../aws.ts";
import { Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";

/** What a service had to do in the last minutes; null where CloudWatch has no value. */
export interface Load {
  readonly service: string;
  readonly requestsPerMinute: number | null;
  /** From 0 to 1. */
  readonly failedShare: number | null;
  readonly p95Ms: number | null;
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
}

const minuteMs = 60_000;
const minutes = 5;

interface Metric {
  readonly name: string;
  readonly namespace: "AWS/ApplicationELB" | "AWS/ECS";
  readonly stat: string;
}

const metrics = {
  requests: { name: "RequestCount", namespace: "AWS/ApplicationELB", stat: "Sum" },
  failed: { name: "HTTPCode_Target_5XX_Count", namespace: "AWS/ApplicationELB", stat: "Sum" },
  latency: { name: "TargetResponseTime", namespace: "AWS/ApplicationELB", stat: "p95" },
  cpu: { name: "CPUUtilization", namespace: "AWS/ECS", stat: "Average" },
  memory: { name: "MemoryUtilization", namespace: "AWS/ECS", stat: "Maximum" },
} as const satisfies Record<string, Metric>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html: 500 metrics a call. */
const servicesAtOnce = Math.floor(500 / Object.keys(metrics).length);

/** The busiest first. Throws `Failure` where the stage is not deployed. */
export async function readLoads(stage: Stage, now: number): Promise<readonly Load[]> {
  const groups = await readTargetDimensions(stage.aws.client(ElasticLoadBalancingV2Client));
  const { services, stage: name } = stage.plan;
  if (services.length > 0 && services.every(({ key }) => !groups.has(names.targetGroup(name, key))))
    throw new Failure(notDeployed(stage.plan));
  const loads: Load[] = [];
  for (let at = 0; at < services.length; at += servicesAtOnce)
    loads.push(...(await readChunk(stage, services.slice(at, at + servicesAtOnce), groups, now)));
  return loads.toSorted((one, other) => (other.requestsPerMinute ?? -1) - (one.requestsPerMinute ?? -1));
}

async function readChunk(
  { aws, plan }: Stage,
  services: readonly ServicePlan[],
  groups: ReadonlyMap<string, readonly Dimension[]>,
  now: number,
): Promise<readonly Load[]> {
  const dimensionsOf = ({ key }: ServicePlan, { namespace }: Metric): readonly Dimension[] | undefined =>
    namespace === "AWS/ECS"
      ? [
          { Name: "ClusterName", Value: names.cluster(plan.stage) },
          { Name: "ServiceName", Value: names.service(plan.stage, key) },
        ]
      : groups.get(names.targetGroup(plan.stage, key));
  const queries = services.flatMap((service, at) =>
    Object.entries(metrics).flatMap(([name, metric]): readonly MetricDataQuery[] => {
      const dimensions = dimensionsOf(service, metric);
      if (dimensions === undefined) return [];
      const Metric = { Namespace: metric.namespace, MetricName: metric.name, Dimensions: [...dimensions] };
      return [{ Id: `${name}${at}`, MetricStat: { Metric, Period: 60, Stat: metric.stat } }];
    }),
  );
  if (queries.length === 0) return services.map(({ key }) => loadOf(key, () => []));
  const end = Math.ceil(now / minuteMs) * minuteMs;
  const { MetricDataResults = [] } = await aws.client(CloudWatchClient).send(
    new GetMetricDataCommand({
      StartTime: new Date(end - (minutes + 1) * minuteMs),
      EndTime: new Date(end),
      MetricDataQueries: queries,
    }),
  );
  const values = new Map(MetricDataResults.map(({ Id = "", Values = [] }) => [Id, Values]));
  return services.map(({ key }, at) => loadOf(key, (name) => values.get(`${name}${at}`) ?? []));
}

function loadOf(service: string, valuesOf: (name: keyof typeof metrics) => readonly number[]): Load {
  const worst = (name: keyof typeof metrics) => (valuesOf(name).length === 0 ? null : Math.max(...valuesOf(name)));
  const sum = (name: keyof typeof metrics) => valuesOf(name).reduce((total, value) => total + value, 0);
  const requests = sum("requests");
  const latency = worst("latency");
  return {
    service,
    requestsPerMinute: valuesOf("requests").length === 0 ? null : requests / minutes,
    failedShare: requests === 0 ? null : sum("failed") / requests,
    p95Ms: latency === null ? null : latency * 1000,
    cpuPercent: worst("cpu"),
    memoryPercent: worst("memory"),
  };
}
