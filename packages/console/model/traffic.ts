import * as v from "valibot";

/** Of one service, or of the hosts of none together. */
export const traffic = v.object({
  service: v.optional(v.string()),
  /** The last 60 seconds as the balancer answered, or the last 60 minutes as CloudWatch counted them. */
  span: v.picklist(["minute", "hour"]),
  /** Requests answered in each sixtieth of the span, oldest first. */
  counts: v.array(v.number()),
  /** Requests a second over the last 10 s, or over the last two minutes that CloudWatch has. */
  rate: v.number(),
  /** Milliseconds, over the span or the last minute of it with a request; absent without one. */
  p95: v.optional(v.number()),
  /** Answers of 500 and above in the span. */
  errors: v.number(),
});
export type Traffic = v.InferOutput<typeof traffic>;
