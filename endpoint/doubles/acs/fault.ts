import * as v from "valibot";

/**
 * How ACS can be made to misbehave.
 * - `refuse`, `stall`: connections are reset, or never answered.
 * - `throttle`: 429 with Retry-After. `busy`: 424, another change is under way. `error`: 503. `forbid`: 403.
 * - `late`: changes are accepted, and done `delayMs` later; HEC knows a new token `spreadMs` after that. `never`:
 *   accepted, and not done at all.
 * - `lie`: a new token is shown as done, and HEC does not know it.
 * - `hide`: the token of that name is not shown, as in a namespace of its own; HEC takes it.
 *
 * `methods` limits those of the first two lines to some requests.
 */
const methods = v.optional(v.array(v.string()));
export const acsFault = v.variant("kind", [
  v.object({ kind: v.picklist(["refuse", "stall", "busy", "error", "forbid"]), methods }),
  v.object({ kind: v.picklist(["never", "lie"]) }),
  v.object({ kind: v.literal("throttle"), retryAfterSeconds: v.optional(v.number(), 1), methods }),
  v.object({ kind: v.literal("late"), delayMs: v.number(), spreadMs: v.optional(v.number(), 0) }),
  v.object({ kind: v.literal("hide"), name: v.string() }),
]);
export type AcsFault = v.InferInput<typeof acsFault>;
