import {
  type CloudWatchClient,
  type Dimension,
  type MetricDataQuery,
  paginateGetMetricData,
  paginateListMetrics,
} from "@aws-sdk/client-cloudwatch";
import {
  ClusterNotFoundException,
  ListServiceDeploymentsCommand,
  type ServiceDeploymentBrief,
  ServiceNotFoundException,
} from "@aws-sdk/client-ecs";
import { TargetGroupNotFoundException } from "@aws-sdk/client-elastic-load-balancing-v2";
import { readTargetDimensions } from "#aws/target-dimensions.ts";
import { names, type StagePlan } from "#fleet";
import { type Course, type Mark, type Span, spans, type ToolHistory } from "../model/tool.ts";
import type { Clients } from "./clients.ts";

/** Charts of more are unreadable, and each metric that is read is paid for. */
const shown = 12;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html: 500 metrics a call. */
const metricsAtOnce = 500;
/** Answers that are kept: somebody who looks at more services at once reads the first again. */
const keptAnswers = 50;

/** Of one name in a chart: what is counted, what of it failed, what it took. */
interface Source {
  readonly name: string;
  readonly calls: MetricStat;
  readonly failures: readonly MetricStat[];
  readonly seconds: MetricStat;
}

interface MetricStat {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly Dimension[];
  readonly stat: "Sum" | "SampleCount" | "p95";
}

type Read = (service: string, span: Span) => Promise<ToolHistory>;

/**
 * What a service was asked over time, from CloudWatch and ECS. An answer is kept as long as nothing newer is there: each
 * metric asked for is paid for.
 */
export function createToolReader(plan: StagePlan, clients: Clients): Read {
  const kept = new Map<string, { readonly at: number; readonly history: Promise<ToolHistory> }>();
  return (service, span) => {
    const key = `${span} ${service}`;
    const now = Date.now();
    const known = kept.get(key);
    if (known !== undefined && now - known.at < lifeOf(plan, span)) return known.history;
    const history = readTools(plan, clients, service, span, now);
    kept.delete(key);
    kept.set(key, { at: now, history });
    // What failed is asked again.
    history.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > keptAnswers && oldest !== undefined) kept.delete(oldest);
    return history;
  };
}

function lifeOf({ runsOn }: StagePlan, span: Span): number {
  return runsOn === "aws" ? Math.min(spans[span].period, 300) * 1000 : 2_000;
}

async function readTools(
  plan: StagePlan,
  clients: Clients,
  service: string,
  span: Span,
  now: number,
): Promise<ToolHistory> {
  const { ms, period } = spans[span];
  const end = Math.ceil(now / (period * 1000)) * period * 1000;
  const times = Array.from({ length: ms / (period * 1000) }, (_, at) => end - ms + at * period * 1000);
  const [sources, balancer, marks] = await Promise.all([
    findTools(plan, service, clients),
    findBalancer(plan, service, clients),
    readMarks(plan, service, clients, end - ms),
  ]);
  const read = (stats: readonly MetricStat[]) => readSeries(clients.cloudWatch, stats, period, times);
  // First how often each was called, then all of those that are shown.
  const calls = await read(sources.map((source) => source.calls));
  const called = sources
    .map((source, at) => ({ source, total: sum(calls[at] ?? []) }))
    .filter(({ total }) => total > 0)
    .toSorted((one, other) => other.total - one.total);
  const wanted = [...called.slice(0, shown).map(({ source }) => source), ...(balancer === undefined ? [] : [balancer])];
  const courses = await readCourses(wanted, read);
  const requests = balancer === undefined ? undefined : courses.at(-1);
  return {
    times,
    ...(requests !== undefined && { requests }),
    tools: requests === undefined ? courses : courses.slice(0, -1),
    more: Math.max(0, called.length - shown),
    marks: [...marks],
  };
}

/** Only what was written in the last two weeks is listed; what is new, up to 15 minutes late. */
async function findTools({ stage }: StagePlan, service: string, { cloudWatch }: Clients): Promise<readonly Source[]> {
  const [namespace, metric] = [names.toolMetrics(stage), "mcp.server.operation.duration"];
  const series = new Map<string, { plain?: readonly Dimension[]; readonly failed: (readonly Dimension[])[] }>();
  const of = { Namespace: namespace, MetricName: metric, Dimensions: [{ Name: "service.name", Value: service }] };
  for await (const { Metrics = [] } of paginateListMetrics({ client: cloudWatch }, of)) {
    for (const { Dimensions = [] } of Metrics) {
      const name = Dimensions.find((dimension) => dimension.Name === "gen_ai.tool.name")?.Value ?? "";
      const known = series.get(name) ?? { failed: [] };
      series.set(name, known);
      if (Dimensions.some((dimension) => dimension.Name === "error.type")) known.failed.push(Dimensions);
      else known.plain = Dimensions;
    }
  }
  return [...series].flatMap(([name, { plain, failed }]) => {
    if (plain === undefined) return [];
    const of = (dimensions: readonly Dimension[], stat: MetricStat["stat"]) => ({
      namespace,
      metric,
      dimensions,
      stat,
    });
    return [
      {
        name,
        calls: of(plain, "SampleCount"),
        failures: failed.map((dimensions) => of(dimensions, "SampleCount")),
        seconds: of(plain, "p95"),
      },
    ];
  });
}

async function findBalancer({ stage }: StagePlan, service: string, clients: Clients): Promise<Source | undefined> {
  const group = names.targetGroup(stage, service);
  const found = await readTargetDimensions(clients.balancing, [group]).catch((error: unknown) => {
    // Before the first deploy, and after a removal.
    if (error instanceof TargetGroupNotFoundException) return undefined;
    throw error;
  });
  const dimensions = found?.get(group);
  if (dimensions === undefined) return undefined;
  const of = (metric: string, stat: MetricStat["stat"]) => ({
    namespace: "AWS/ApplicationELB",
    metric,
    dimensions,
    stat,
  });
  return {
    name: "all requests",
    calls: of("RequestCount", "Sum"),
    failures: [of("HTTPCode_Target_5XX_Count", "Sum")],
    seconds: of("TargetResponseTime", "p95"),
  };
}

async function readCourses(
  sources: readonly Source[],
  read: (stats: readonly MetricStat[]) => Promise<readonly (readonly (number | null)[])[]>,
): Promise<Course[]> {
  const stats = sources.map(({ calls, failures, seconds }) => [calls, seconds, ...failures]);
  const found = (await read(stats.flat())).values();
  return sources.map(({ name, failures }) => {
    const [calls = [], seconds = []] = [found.next().value, found.next().value];
    const failed = failures.map(() => found.next().value ?? []);
    return {
      name,
      calls: calls.map((count) => count ?? 0),
      errors: calls.map((_, at) => sum(failed.map((counts) => counts[at] ?? 0))),
      p95: seconds.map((value) => (value === null ? null : value * 1000)),
    };
  });
}

/** The values of each at the times, `null` where there is none. */
async function readSeries(
  client: CloudWatchClient,
  stats: readonly MetricStat[],
  Period: number,
  times: readonly number[],
): Promise<readonly (readonly (number | null)[])[]> {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const range = { StartTime: new Date(first), EndTime: new Date(last + Period * 1000) };
  const values = new Map<string, Map<number, number>>();
  for (let from = 0; from < stats.length; from += metricsAtOnce) {
    const MetricDataQueries = stats.slice(from, from + metricsAtOnce).map((one, at): MetricDataQuery => {
      const Metric = { Namespace: one.namespace, MetricName: one.metric, Dimensions: [...one.dimensions] };
      return { Id: `m${from + at}`, MetricStat: { Metric, Period, Stat: one.stat } };
    });
    for await (const page of paginateGetMetricData({ client }, { ...range, MetricDataQueries })) {
      for (const { Id = "", Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
        const known = values.get(Id) ?? new Map<number, number>();
        values.set(Id, known);
        for (const [at, time] of Timestamps.entries()) known.set(time.getTime(), Values[at] ?? 0);
      }
    }
  }
  return stats.map((_, at) => times.map((time) => values.get(`m${at}`)?.get(time) ?? null));
}

/** The newest hundred deployments, which ECS keeps for 90 days. */
async function readMarks({ stage }: StagePlan, key: string, { ecs }: Clients, from: number): Promise<readonly Mark[]> {
  const asked = { cluster: names.cluster(stage), service: names.service(stage, key), maxResults: 100 };
  const { serviceDeployments = [] } = await ecs
    .send(new ListServiceDeploymentsCommand(asked))
    .catch((error: unknown): { serviceDeployments?: ServiceDeploymentBrief[] } => {
      // Before the first deploy, and after a removal.
      if (error instanceof ClusterNotFoundException || error instanceof ServiceNotFoundException) return {};
      throw error;
    });
  return serviceDeployments.flatMap(({ createdAt, status = "IN_PROGRESS" }): readonly Mark[] => {
    const at = createdAt?.getTime() ?? 0;
    const end = status.toLowerCase().replaceAll("_", " ");
    return at < from ? [] : [{ at, kind: "release", text: `deployment, ${end}` }];
  });
}

const sum = (values: readonly (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);
