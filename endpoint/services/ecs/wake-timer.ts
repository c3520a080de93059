import type { Clock } from "#endpoint/core/ports.ts";

/** Wakes once, at the time it was last set to. */
export class WakeTimer {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #waiting = new AbortController();

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** Milliseconds since the epoch; `undefined` for never. */
  set(at: number | undefined): void {
    this.#waiting.abort();
    if (at === undefined) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    void this.#clock.sleep(Math.max(0, at - this.#clock.now()), waiting.signal).then(() => {
      if (!waiting.signal.aborted) this.#wake();
    });
  }
}
