import * as v from "valibot";

/**
 * How ACS can be made to misbehave.
 * - `refuse`, `stall`: connections are reset, or never answered.
 * - `throttle`: 429 with Retry-After. `busy`: 424, another change is under way. `error`: 503. `forbid`: 403.
 * - `late`: changes are accepted, and done `delayMs` later. `never`: accepted, and not done at all.
 * - `lie`: a new token is shown as done, and HEC does not know it.
 */
export const acsFault = v.variant("kind", [
  v.object({ kind: v.picklist(["refuse", "stall", "busy", "error", "forbid", "never", "lie"]) }),
  v.object({ kind: v.literal("throttle"), retryAfterSeconds: v.optional(v.number(), 1) }),
  v.object({ kind: v.literal("late"), delayMs: v.number() }),
]);
export type AcsFault = v.InferInput<typeof acsFault>;
