import * as v from "valibot";

/** ISO 8601, in UTC. */
export const time = v.pipe(v.string(), v.isoTimestamp());
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const stage = v.pipe(v.string(), v.description("The stage that was asked about."));
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
