import * as v from "valibot";

/** Of one service, or of the hosts of none together. */
export const traffic = v.object({
  service: v.optional(v.string()),
  /** Requests answered in each of the last 60 seconds, oldest first. */
  perSecond: v.array(v.number()),
  /** Requests a second over the last 10 s. */
  rate: v.number(),
  /** Milliseconds, over the last 60 s; absent without a request. */
  p95: v.optional(v.number()),
  /** Answers of 500 and above in the last 60 s. */
  errors: v.number(),
});
export type Traffic = v.InferOutput<typeof traffic>;
