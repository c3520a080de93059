import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./core/ports.ts";

/** The machine's time. */
export const systemClock: Clock = {
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, { ref: false, ...(signal && { signal }) });
    } catch (error) {
      // An abort ends the sleep early; that is what the signal is for.
      if (!signal?.aborted) throw error;
    }
  },
};
