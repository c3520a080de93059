/** Allows a number of requests in a span of time, and no more. */
export class Rate {
  readonly #most: number;
  readonly #spanMs: number;
  #times: number[] = [];

  constructor(most: number, spanMs: number) {
    this.#most = most;
    this.#spanMs = spanMs;
  }

  /** Whether one more is allowed now; it counts if it is. */
  take(now = Date.now()): boolean {
    this.#times = this.#times.filter((time) => now - time < this.#spanMs);
    if (this.#times.length >= this.#most) return false;
    this.#times.push(now);
    return true;
  }
}
