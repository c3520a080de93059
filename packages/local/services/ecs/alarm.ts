import type { Clock } from "#local/endpoint/ports.ts";

/** Rings once, at the time it was last set to. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #waiting = new AbortController();

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Milliseconds since the epoch; `undefined` for never. */
  set(at: number | undefined): void {
    this.#waiting.abort();
    if (at === undefined) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    void this.#clock.sleep(Math.max(0, at - this.#clock.now()), waiting.signal).then(() => {
      if (!waiting.signal.aborted) this.#ring();
    });
  }
}
