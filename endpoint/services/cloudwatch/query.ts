import { AwsError } from "#endpoint/core/errors.ts";
import type { MetricQuery, MetricReference, Watched } from "./alarm.ts";
import type { Datapoint } from "./evaluation.ts";
import { evaluateExpression, type TimeSeries } from "./metric-math.ts";
import type { Metrics } from "./metrics.ts";
import { parseStatistic, statisticOf } from "./statistic.ts";

/** One period: its start, and its end, which is not in it. */
interface Period {
  readonly start: number;
  readonly end: number;
}

/** The last `amount` whole periods before `now`, newest first, ending on a minute (or on the period, if shorter). */
export function recentPeriods(now: number, periodSeconds: number, amount: number): readonly Period[] {
  const length = periodSeconds * 1000;
  const grid = Math.min(length, 60_000);
  const end = Math.floor(now / grid) * grid;
  return Array.from({ length: amount }, (_, index) => ({
    start: end - (index + 1) * length,
    end: end - index * length,
  }));
}

/** The periods that cover a range of time, oldest first, aligned as CloudWatch aligns them. */
export function periodsBetween(start: number, end: number, periodSeconds: number): readonly Period[] {
  const length = periodSeconds * 1000;
  const first = Math.floor(start / length) * length;
  const amount = Math.max(0, Math.ceil((end - first) / length));
  return Array.from({ length: amount }, (_, index) => ({
    start: first + index * length,
    end: first + (index + 1) * length,
  }));
}

/** What an alarm watches, one datapoint a period. */
export function datapointsOf(metrics: Metrics, watched: Watched, periods: readonly Period[]): readonly Datapoint[] {
  if (watched.kind === "metric") return periods.map((period) => datapointOf(metrics, watched.reference, period));
  const returned = watched.queries.find((query) => query.returnData);
  if (returned === undefined)
    throw new AwsError("ValidationError", "One of the metrics must have ReturnData true, none has.");
  const series = evaluateQueries(metrics, watched.queries, periods).get(returned.id);
  return periods.map(({ start }) => ({ at: start, value: series?.get(start) }));
}

/** Every query by its id; an expression may name any other, in whatever order. */
export function evaluateQueries(
  metrics: Metrics,
  queries: readonly MetricQuery[],
  periods: readonly Period[],
): ReadonlyMap<string, TimeSeries> {
  const metricIds = queries.filter((query) => query.kind === "metric").map((query) => query.id);
  const series = new Map<string, TimeSeries>();
  for (const query of queries)
    if (query.kind === "metric") series.set(query.id, seriesOf(metrics, query.reference, periods));
  const waiting = new Map(queries.flatMap((query) => (query.kind === "expression" ? [[query.id, query]] : [])));
  while (waiting.size > 0) {
    const before = waiting.size;
    for (const [id, { expression }] of waiting) {
      const awaited = [...waiting.keys()].some((other) => other !== id && names(expression, other));
      if (awaited) continue;
      series.set(id, evaluateExpression(expression, { series, metricIds, periods: periods.map(({ start }) => start) }));
      waiting.delete(id);
    }
    if (waiting.size === before)
      throw new AwsError("ValidationError", `The expressions ${[...waiting.keys()].join(", ")} refer to each other.`);
  }
  return series;
}

function names(expression: string, id: string): boolean {
  return new RegExp(`\\b${id}\\b`).test(expression);
}

function seriesOf(metrics: Metrics, reference: MetricReference, periods: readonly Period[]): TimeSeries {
  return new Map(
    periods.flatMap((period): readonly [number, number][] => {
      const { value } = datapointOf(metrics, reference, period);
      return value === undefined ? [] : [[period.start, value]];
    }),
  );
}

function datapointOf(metrics: Metrics, reference: MetricReference, period: Period): Datapoint {
  const samples = metrics.between(reference, period.start, period.end);
  if (samples === undefined || !hasUnit(metrics, reference)) return { at: period.start, value: undefined };
  const value = statisticOf(samples, parseStatistic(reference.stat));
  return { at: period.start, value, sampleCount: samples.count };
}

/** A query for one unit finds nothing that was put in another: CloudWatch does not convert. */
function hasUnit(metrics: Metrics, reference: MetricReference): boolean {
  return reference.unit === undefined || (metrics.unitOf(reference) ?? "None") === reference.unit;
}
