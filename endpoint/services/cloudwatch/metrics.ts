import type { MetricDatum } from "#endpoint/core/ports.ts";

/** CloudWatch keeps one-minute metrics for 15 days; alarms of a fleet on one machine look back six hours. */
export const retentionMs = 7 * 60 * 60 * 1000;

/** Values a series keeps for exact percentiles, about 40 bytes each; beyond it the oldest seconds lose theirs. */
const maxValues = 500_000;

/** Aggregates a series remembers: alarms ask for the same few periods again and again. */
const maxRemembered = 64;

export interface MetricIdentity {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Samples that came together; `values` holds each value with how often it came, ascending, where they are known. */
export interface Samples {
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly count: number;
  readonly values: readonly { readonly value: number; readonly count: number }[];
  /** False when some are known only as a statistic set, which has no percentiles. */
  readonly exact: boolean;
}

interface Second {
  sum: number;
  minimum: number;
  maximum: number;
  count: number;
  exact: boolean;
  values: { readonly value: number; readonly count: number }[];
}

interface Series {
  readonly identity: MetricIdentity;
  unit: string | undefined;
  readonly seconds: Map<number, Second>;
  values: number;
  latest: number;
  /** Where the seconds begin that still have their values. */
  exact: MapIterator<[number, Second]>;
  readonly remembered: Map<string, Remembered>;
}

interface Remembered {
  readonly start: number;
  readonly end: number;
  readonly samples: Samples | undefined;
}

/** What is put: one value, one value several times, or a statistic set. */
export type Put = MetricDatum & {
  readonly statistics?: Pick<Samples, "sum" | "minimum" | "maximum" | "count">;
};

/** Metrics at a resolution of one second. Times are milliseconds since the epoch. */
export class Metrics {
  readonly #series = new Map<string, Series>();

  put(datum: Put): void {
    const series = this.#seriesOf(datum);
    if (datum.unit !== undefined) series.unit = datum.unit;
    series.latest = Math.max(series.latest, datum.at);
    const second = Math.floor(datum.at / 1000);
    const bucket = series.seconds.get(second) ?? emptySecond();
    series.seconds.set(second, bucket);
    add(bucket, datum);
    if (datum.statistics === undefined) series.values += 1;
    for (const [key, { start, end }] of series.remembered)
      if (datum.at >= start && datum.at < end) series.remembered.delete(key);
    forget(series);
  }

  /** Everything that was put from `start` up to, but not including, `end`; undefined when nothing was. */
  between(identity: MetricIdentity, start: number, end: number): Samples | undefined {
    const series = this.#series.get(keyOf(identity));
    if (series === undefined) return undefined;
    const key = `${start}-${end}`;
    const remembered = series.remembered.get(key) ?? { start, end, samples: aggregate(series.seconds, start, end) };
    series.remembered.set(key, remembered);
    const [oldest] = series.remembered.keys();
    if (series.remembered.size > maxRemembered && oldest !== undefined) series.remembered.delete(oldest);
    return remembered.samples;
  }

  unitOf(identity: MetricIdentity): string | undefined {
    return this.#series.get(keyOf(identity))?.unit;
  }

  /** What was put within the retention before `now`. */
  list(now: number): readonly MetricIdentity[] {
    return [...this.#series.values()]
      .filter((series) => series.latest > now - retentionMs)
      .map((series) => series.identity);
  }

  #seriesOf(identity: MetricIdentity): Series {
    const key = keyOf(identity);
    const existing = this.#series.get(key);
    if (existing !== undefined) return existing;
    const { namespace, metric, dimensions } = identity;
    const seconds = new Map<number, Second>();
    const made: Series = {
      identity: { namespace, metric, dimensions },
      unit: undefined,
      seconds,
      values: 0,
      latest: 0,
      exact: seconds.entries(),
      remembered: new Map(),
    };
    this.#series.set(key, made);
    return made;
  }
}

export function keyOf({ namespace, metric, dimensions }: MetricIdentity): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, metric, sorted]);
}

function emptySecond(): Second {
  return {
    sum: 0,
    minimum: Number.POSITIVE_INFINITY,
    maximum: Number.NEGATIVE_INFINITY,
    count: 0,
    exact: true,
    values: [],
  };
}

function add(bucket: Second, { value, count = 1, statistics }: Put): void {
  if (statistics !== undefined) merge(bucket, { ...statistics, values: [], exact: false });
  else
    merge(bucket, {
      sum: value * count,
      minimum: value,
      maximum: value,
      count,
      values: [{ value, count }],
      exact: true,
    });
}

function merge(total: Second, part: Samples): void {
  accumulate(total, part);
  for (const entry of part.values) total.values.push(entry);
}

function accumulate(total: Omit<Second, "values">, part: Omit<Samples, "values">): void {
  total.sum += part.sum;
  total.minimum = Math.min(total.minimum, part.minimum);
  total.maximum = Math.max(total.maximum, part.maximum);
  total.count += part.count;
  total.exact &&= part.exact;
}

function aggregate(seconds: ReadonlyMap<number, Second>, start: number, end: number): Samples | undefined {
  const buckets = bucketsBetween(seconds, Math.ceil(start / 1000), Math.ceil(end / 1000));
  const total = emptySecond();
  for (const bucket of buckets) accumulate(total, bucket);
  if (total.count === 0) return undefined;
  return {
    ...total,
    // Most statistics need none, and a window of hours has many.
    get values() {
      return buckets.flatMap(({ values }) => values).sort((a, b) => a.value - b.value);
    },
  };
}

/** A quiet service has fewer seconds with values than a window of hours has seconds. */
function bucketsBetween(seconds: ReadonlyMap<number, Second>, from: number, to: number): readonly Second[] {
  if (seconds.size < to - from)
    return [...seconds].flatMap(([second, bucket]) => (second >= from && second < to ? bucket : []));
  const found: Second[] = [];
  for (let second = from; second < to; second += 1) {
    const bucket = seconds.get(second);
    if (bucket !== undefined) found.push(bucket);
  }
  return found;
}

/** Seconds are met in the order they were first put in, which is nearly that of time. */
function forget(series: Series): void {
  for (const [second, bucket] of series.seconds) {
    if (second * 1000 >= series.latest - retentionMs) break;
    series.seconds.delete(second);
    series.values -= bucket.values.length;
  }
  while (series.values > maxValues) {
    const next = series.exact.next();
    if (next.done) {
      series.exact = series.seconds.entries();
      return;
    }
    const [, bucket] = next.value;
    series.values -= bucket.values.length;
    bucket.values = [];
    bucket.exact = false;
  }
}
