import type { Clock } from "./ports.ts";

const firstPauseMs = 250;
const longestPauseMs = 60_000;

export interface Patience {
  readonly clock: Clock;
  /** Milliseconds since the epoch at which the call must have returned. */
  readonly deadline: () => number;
}

/** Polls, less and less often, until it holds; false if the call cannot last that long. */
export async function poll(done: () => Promise<boolean>, { clock, deadline }: Patience): Promise<boolean> {
  for (let pause = firstPauseMs; !(await done()); pause = Math.min(longestPauseMs, pause * 3)) {
    if (clock.now() + pause > deadline()) return false;
    await clock.sleep(pause);
  }
  return true;
}

const soonMs = 20_000;

/** For one step among those of many secrets: what takes longer is continued another time. */
export function soon({ clock, deadline }: Patience): Patience {
  const until = Math.min(deadline(), clock.now() + soonMs);
  return { clock, deadline: () => until };
}
