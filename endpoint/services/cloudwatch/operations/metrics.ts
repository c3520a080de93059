import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { numeric } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { MetricQuery } from "../alarm.ts";
import { dimensionList, dimensionsOf, metricDataQuery, metricQuery } from "../definition.ts";
import { describeDimensions, moment } from "../description.ts";
import type { CloudWatchEngine } from "../engine.ts";
import type { MetricIdentity, Put, Samples } from "../metrics.ts";
import { page } from "../page.ts";
import { evaluateQueries, periodsBetween } from "../query.ts";
import { basicStatistics, parseStatistic, statisticOf } from "../statistic.ts";

const statisticSet = v.object({ SampleCount: numeric, Sum: numeric, Minimum: numeric, Maximum: numeric });

const metricDatum = v.object({
  MetricName: v.string(),
  Dimensions: dimensionList,
  Timestamp: v.optional(moment),
  Value: v.optional(numeric),
  Values: v.optional(v.array(numeric)),
  Counts: v.optional(v.array(numeric)),
  StatisticValues: v.optional(statisticSet),
  Unit: v.optional(v.string()),
});
type Datum = v.InferOutput<typeof metricDatum>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const maxDatapoints = 100_800;

const range = { StartTime: moment, EndTime: moment };

export function metricOperations({ metrics, clock }: CloudWatchEngine): Operations {
  return {
    PutMetricData: define(
      v.object({ Namespace: v.pipe(v.string(), v.minLength(1)), MetricData: v.array(metricDatum) }),
      (input) => {
        if (input.Namespace.startsWith("AWS/")) {
          throw new AwsError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.");
        }
        if (input.MetricData.length === 0) {
          throw new AwsError("MissingParameter", "The parameter MetricData is required.");
        }
        for (const put of input.MetricData.flatMap((datum) => putsOf(input.Namespace, datum, clock.now())))
          metrics.put(put);
        return {};
      },
    ),
    GetMetricStatistics: define(
      v.object({
        ...range,
        Namespace: v.string(),
        MetricName: v.string(),
        Dimensions: dimensionList,
        Period: numeric,
        Statistics: v.optional(v.array(v.picklist(basicStatistics)), []),
        ExtendedStatistics: v.optional(v.array(v.string()), []),
        Unit: v.optional(v.string()),
      }),
      (input) => {
        const identity = {
          namespace: input.Namespace,
          metric: input.MetricName,
          dimensions: dimensionsOf(input.Dimensions),
        };
        const Datapoints = periodsBetween(input.StartTime, input.EndTime, input.Period).flatMap(({ start, end }) => {
          const samples = metrics.between(identity, start, end);
          const unit = metrics.unitOf(identity) ?? "None";
          if (samples === undefined || (input.Unit ?? unit) !== unit) return [];
          return [datapoint(start, samples, input, unit)];
        });
        return { Label: input.MetricName, Datapoints };
      },
    ),
    GetMetricData: define(
      v.object({
        ...range,
        MetricDataQueries: v.pipe(v.array(metricDataQuery), v.maxLength(500)),
        ScanBy: v.optional(v.picklist(["TimestampDescending", "TimestampAscending"]), "TimestampDescending"),
        MaxDatapoints: v.optional(v.pipe(numeric, v.minValue(1)), maxDatapoints),
        NextToken: v.optional(v.string()),
      }),
      (input) => {
        const queries = input.MetricDataQueries.map((query) => metricQuery(query));
        const returned = queries.filter((query) => query.returnData);
        const evaluated = new Map(
          [...new Set(returned.map((query) => periodOf(query, queries)))].map((period) => [
            period,
            evaluateQueries(metrics, queries, periodsBetween(input.StartTime, input.EndTime, period)),
          ]),
        );
        const all = returned.flatMap((query) => {
          const series = evaluated.get(periodOf(query, queries))?.get(query.id) ?? [];
          const points = [...series].sort(([a], [b]) => (input.ScanBy === "TimestampAscending" ? a - b : b - a));
          return points.map(([at, value]) => ({ id: query.id, at, value }));
        });
        const { items, NextToken } = page(all, Math.min(input.MaxDatapoints, maxDatapoints), input.NextToken);
        const byId = Map.groupBy(items, ({ id }) => id);
        const last = items.at(-1)?.id;
        return {
          MetricDataResults: returned.map((query) => {
            const points = byId.get(query.id) ?? [];
            return {
              Id: query.id,
              Label: query.label ?? (query.kind === "metric" ? query.reference.metric : query.id),
              Timestamps: points.map(({ at }) => new Date(at)),
              Values: points.map(({ value }) => value),
              StatusCode: NextToken !== undefined && query.id === last ? "PartialData" : "Complete",
            };
          }),
          Messages: [],
          NextToken,
        };
      },
    ),
    ListMetrics: define(
      v.object({
        Namespace: v.optional(v.string()),
        MetricName: v.optional(v.string()),
        Dimensions: v.optional(v.array(v.object({ Name: v.string(), Value: v.optional(v.string()) })), []),
        NextToken: v.optional(v.string()),
      }),
      (input) => {
        const found = metrics
          .list(clock.now())
          .filter(({ namespace }) => input.Namespace === undefined || namespace === input.Namespace)
          .filter(({ metric }) => input.MetricName === undefined || metric === input.MetricName)
          .filter(({ dimensions }) =>
            input.Dimensions.every(({ Name, Value }) =>
              Value === undefined ? Name in dimensions : dimensions[Name] === Value,
            ),
          );
        const { items, NextToken } = page(found, 500, input.NextToken);
        return { Metrics: items.map(describeIdentity), NextToken };
      },
    ),
  };
}

function putsOf(namespace: string, datum: Datum, now: number): readonly Put[] {
  const base = {
    namespace,
    metric: datum.MetricName,
    dimensions: dimensionsOf(datum.Dimensions),
    at: datum.Timestamp ?? now,
    ...(datum.Unit !== undefined && { unit: datum.Unit }),
  };
  const { Value, Values, Counts, StatisticValues } = datum;
  if (StatisticValues !== undefined) {
    const { Sum, Minimum, Maximum, SampleCount } = StatisticValues;
    return [{ ...base, value: 0, statistics: { sum: Sum, minimum: Minimum, maximum: Maximum, count: SampleCount } }];
  }
  if (Values !== undefined) return Values.map((value, index) => ({ ...base, value, count: Counts?.[index] ?? 1 }));
  if (Value === undefined)
    throw new AwsError("MissingParameter", `The metric ${datum.MetricName} needs Value, Values or StatisticValues.`);
  return [{ ...base, value: Value }];
}

/** An expression has the longest period among the metrics next to it. */
function periodOf(query: MetricQuery, all: readonly MetricQuery[]): number {
  if (query.kind === "metric") return query.reference.period;
  const periods = all.flatMap((other) => (other.kind === "metric" ? [other.reference.period] : []));
  return periods.length === 0 ? (query.period ?? 60) : Math.max(...periods);
}

function datapoint(
  start: number,
  samples: Samples,
  wanted: { readonly Statistics: readonly string[]; readonly ExtendedStatistics: readonly string[] },
  unit: string,
) {
  const value = (name: string) => statisticOf(samples, parseStatistic(name));
  const extended = wanted.ExtendedStatistics.flatMap((name): readonly [string, number][] => {
    const result = value(name);
    return result === undefined ? [] : [[name, result]];
  });
  return {
    Timestamp: new Date(start),
    ...Object.fromEntries(wanted.Statistics.map((name) => [name, value(name)])),
    ...(extended.length > 0 && { ExtendedStatistics: new Map(extended) }),
    Unit: unit,
  };
}

function describeIdentity({ namespace, metric, dimensions }: MetricIdentity) {
  return { Namespace: namespace, MetricName: metric, Dimensions: describeDimensions(dimensions) };
}
