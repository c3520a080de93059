import type { Clock } from "#endpoint/core/ports.ts";

export interface SteppingClock extends Clock {
  /** Moves time on by `ms`, from one due time to the next: sleepers wake in the order of their due times, and what they do in consequence is done. */
  turn(ms: number): Promise<void>;
}

/** A clock that stands still until a test turns it, for what schedules its next step when it wakes. */
export function createSteppingClock(start = Date.UTC(2026, 10, 23, 12)): SteppingClock {
  let now = start;
  const sleepers = new Set<{ readonly due: number; readonly wake: () => void }>();

  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const next = (until: number) =>
    [...sleepers].filter((sleeper) => sleeper.due <= until).sort((a, b) => a.due - b.due)[0];

  return {
    now: () => now,
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { due: now + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
    async turn(ms) {
      const until = now + ms;
      await settle();
      for (let sleeper = next(until); sleeper !== undefined; sleeper = next(until)) {
        now = Math.max(now, sleeper.due);
        sleeper.wake();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}
