import type { MetricDatum } from "../../endpoint/ports.ts";

/** CloudWatch keeps one-minute metrics for 15 days; a fleet on one machine needs the last three hours. */
export const retentionMs = 3 * 60 * 60 * 1000;

/** Samples a series keeps for exact percentiles, about 16 bytes each; beyond it the oldest seconds go first. */
const maxSamples = 1_000_000;

export interface MetricIdentity {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Samples that came together; `values` holds each value with how often it came, where they are known. */
export interface Samples {
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly count: number;
  readonly values: readonly { readonly value: number; readonly count: number }[];
  /** False when some came as a statistic set, of which no percentile can be told. */
  readonly exact: boolean;
}

interface Second {
  sum: number;
  minimum: number;
  maximum: number;
  count: number;
  exact: boolean;
  readonly values: { readonly value: number; readonly count: number }[];
}

interface Series {
  readonly identity: MetricIdentity;
  unit: string | undefined;
  readonly seconds: Map<number, Second>;
  samples: number;
  latest: number;
}

/** What is put: one value, one value several times, or a statistic set. */
export type Put = MetricDatum & {
  readonly count?: number;
  readonly statistics?: Pick<Samples, "sum" | "minimum" | "maximum" | "count">;
};

/** Metrics at a resolution of one second. Times are milliseconds since the epoch. */
export class MetricStore {
  readonly #series = new Map<string, Series>();

  put(datum: Put): void {
    const series = this.#seriesOf(datum);
    if (datum.unit !== undefined) series.unit = datum.unit;
    series.latest = Math.max(series.latest, datum.at);
    const second = Math.floor(datum.at / 1000);
    const bucket = series.seconds.get(second) ?? emptySecond();
    series.seconds.set(second, bucket);
    series.samples += add(bucket, datum);
    forget(series);
  }

  /** Everything that was put from `start` up to, but not including, `end`; undefined when nothing was. */
  between(identity: MetricIdentity, start: number, end: number): Samples | undefined {
    const seconds = this.#series.get(keyOf(identity))?.seconds;
    if (seconds === undefined) return undefined;
    const total = emptySecond();
    for (let second = Math.ceil(start / 1000); second * 1000 < end; second += 1) {
      const bucket = seconds.get(second);
      if (bucket !== undefined) merge(total, bucket);
    }
    return total.count === 0 ? undefined : total;
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
    const made: Series = {
      identity: { namespace, metric, dimensions },
      unit: undefined,
      seconds: new Map(),
      samples: 0,
      latest: 0,
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

/** How many entries the bucket grew by. */
function add(bucket: Second, datum: Put): number {
  const { value, count = 1, statistics } = datum;
  if (statistics !== undefined) {
    merge(bucket, { ...statistics, values: [], exact: false });
    return 1;
  }
  merge(bucket, { sum: value * count, minimum: value, maximum: value, count, values: [{ value, count }], exact: true });
  return 1;
}

function merge(total: Second, part: Samples): void {
  total.sum += part.sum;
  total.minimum = Math.min(total.minimum, part.minimum);
  total.maximum = Math.max(total.maximum, part.maximum);
  total.count += part.count;
  total.exact &&= part.exact;
  for (const entry of part.values) total.values.push(entry);
}

/** Seconds are met in the order they were first put in, which is nearly that of time. */
function forget(series: Series): void {
  for (const [second, bucket] of series.seconds) {
    if (second * 1000 >= series.latest - retentionMs && series.samples <= maxSamples) return;
    series.seconds.delete(second);
    series.samples -= Math.max(bucket.values.length, 1);
  }
}
