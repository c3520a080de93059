import * as v from "valibot";

const optionalText = v.optional(v.string());

/** What is measured, by the names CloudWatch has for it. */
export const Metric = v.object({
  namespace: v.string(),
  metric: v.string(),
  dimensions: v.record(v.string(), v.string()),
  /** Of another account, which shares it with the alarm's. */
  account: optionalText,
});
export type Metric = Readonly<v.InferOutput<typeof Metric>>;

export const Limit = v.object({
  comparison: v.string(),
  threshold: v.number(),
  /** How long: so many datapoints of the last so many, each of a period in seconds. Absent where nobody says. */
  span: v.optional(v.object({ period: v.number(), datapoints: v.number(), of: v.number() })),
});
export type Limit = Readonly<v.InferOutput<typeof Limit>>;

/** What is expected; an alarm may look at one edge of it. */
export const Band = v.object({ low: v.optional(v.number()), high: v.optional(v.number()) });
export type Band = Readonly<v.InferOutput<typeof Band>>;

export const MetricWatch = v.object({
  kind: v.literal("metric"),
  ...Metric.entries,
  /** `Average`, `Sum`, `p95`, … */
  statistic: v.string(),
  /** Seconds. */
  period: v.number(),
  /** As CloudWatch spells it, such as `Bytes/Second`. */
  unit: optionalText,
  limit: v.optional(Limit),
});
export type MetricWatch = Readonly<v.InferOutput<typeof MetricWatch>>;

/** What an alarm looks at. */
export const Watch = v.variant("kind", [
  MetricWatch,
  v.object({
    kind: v.literal("math"),
    label: v.string(),
    metrics: v.array(Metric),
    limit: v.optional(Limit),
  }),
  v.object({
    kind: v.literal("anomaly"),
    label: v.string(),
    metrics: v.array(Metric),
    band: v.optional(Band),
  }),
  v.object({ kind: v.literal("composite"), rule: v.string(), children: v.array(v.string()) }),
  v.object({ kind: v.literal("log"), groups: v.array(v.string()), query: v.string(), limit: v.optional(Limit) }),
  v.object({ kind: v.literal("unstated"), limit: v.optional(Limit) }),
]);
export type Watch = Readonly<v.InferOutput<typeof Watch>>;

/** The metrics an alarm looks at, as far as its message names them. */
export function metricsOf(watch: Watch): readonly Metric[] {
  switch (watch.kind) {
    case "metric":
      return [watch];
    case "math":
    case "anomaly":
      return watch.metrics;
    case "composite":
    case "log":
    case "unstated":
      return [];
  }
}
