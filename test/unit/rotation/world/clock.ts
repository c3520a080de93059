import type { Clock } from "@mcp-fleet/endpoint/core";

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Time that jumps to the next thing somebody waits for, once everything else has come to rest. */
export class VirtualClock implements Clock {
  #now = Date.UTC(2026, 10, 23, 12);
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        resolve();
      };
      const sleeper = { due: this.#now + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /** Lets time pass until `done` says so; false when it did not within `ms`. */
  async pass(ms: number, done: () => boolean = () => false): Promise<boolean> {
    const until = this.#now + ms;
    for (;;) {
      await rest();
      if (done()) return true;
      let next: Sleeper | undefined;
      for (const sleeper of this.#sleepers) if (next === undefined || sleeper.due < next.due) next = sleeper;
      if (next === undefined || next.due > until) {
        this.#now = until;
        return done();
      }
      this.#now = Math.max(this.#now, next.due);
      next.wake();
    }
  }
}

/** Everything here runs in this process: when the queues have gone round a few times, nobody has more to say. */
async function rest(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise<void>((resolve) => setImmediate(resolve));
}
