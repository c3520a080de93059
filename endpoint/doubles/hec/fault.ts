import * as v from "valibot";

/**
 * How HEC can be made to misbehave.
 * - `refuse`: connections are reset, as when nothing listens.
 * - `stall`: requests are read and never answered.
 * - `throttle`: 429, code 26, with Retry-After.
 * - `busy`: 503, code 9; `error`: 500, code 8. With `lyingHealth`, the health endpoint keeps answering code 17.
 * - `forbid`: 403 to every token, code 1 (disabled) or 4 (unknown, as while a new token spreads).
 * - `lose`: 200 code 0, and the event is not indexed.
 */
export const fault = v.variant("kind", [
  v.object({ kind: v.picklist(["refuse", "stall", "lose"]) }),
  v.object({ kind: v.literal("throttle"), retryAfterSeconds: v.optional(v.number(), 1) }),
  v.object({ kind: v.picklist(["busy", "error"]), lyingHealth: v.optional(v.boolean(), false) }),
  v.object({ kind: v.literal("forbid"), code: v.optional(v.picklist([1, 4]), 4) }),
]);
export type Fault = v.InferOutput<typeof fault>;
export type FaultRequest = v.InferInput<typeof fault>;

/** The fault of the moment; one at a time. */
export class FaultSwitch {
  #fault: Fault | undefined;
  #until = 0;

  /** @param seconds how long it lasts; until it is cleared by default */
  set(request: FaultRequest, seconds = Number.POSITIVE_INFINITY): void {
    this.#fault = v.parse(fault, request);
    this.#until = Date.now() + seconds * 1000;
  }

  clear(): void {
    this.#fault = undefined;
  }

  get current(): Fault | undefined {
    if (Date.now() >= this.#until) this.#fault = undefined;
    return this.#fault;
  }
}
