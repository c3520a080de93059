import * as v from "valibot";

/** How far a chart goes back, and how many seconds each of its points covers: metrics are kept by the minute. */
export const spans = {
  "5min": { ms: 5 * 60_000, period: 60 },
  "1h": { ms: 3_600_000, period: 60 },
  "6h": { ms: 6 * 3_600_000, period: 300 },
  "1d": { ms: 86_400_000, period: 900 },
  "1w": { ms: 7 * 86_400_000, period: 3_600 },
  "2w": { ms: 14 * 86_400_000, period: 7_200 },
} as const;
export const span = v.picklist(["5min", "1h", "6h", "1d", "1w", "2w"]);
export type Span = v.InferOutput<typeof span>;

/** A tool over time, or all requests of a service. */
export const course = v.object({
  name: v.string(),
  /** Answered in each period, and those of them that failed. */
  calls: v.array(v.number()),
  errors: v.array(v.number()),
  /** Milliseconds that 95 of 100 took at most; `null` in a period without one. */
  p95: v.array(v.nullable(v.number())),
});
export type Course = v.InferOutput<typeof course>;

/** A release or roll of a service, or a new version of a secret that it uses. */
export const mark = v.object({ at: v.number(), kind: v.picklist(["release", "secret"]), text: v.string() });
export type Mark = v.InferOutput<typeof mark>;

/** What a service was asked over time. */
export const toolHistory = v.object({
  /** Milliseconds since the epoch, at which each period begins, oldest first. */
  times: v.array(v.number()),
  /** All that the balancer answered for it; absent while no balancer knows it. */
  requests: v.optional(course),
  /** The most called first. None where the server does not report its tools. */
  tools: v.array(course),
  /** How many were called, and are not among them. */
  more: v.number(),
  marks: v.array(mark),
});
export type ToolHistory = v.InferOutput<typeof toolHistory>;

/** What was asked for, in an address. */
export const toolQuery = v.object({ service: v.string(), span });
