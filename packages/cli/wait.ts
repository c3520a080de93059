import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.ts";

export interface Wait {
  readonly everyMs: number;
  readonly atMostMs: number;
  readonly signal: AbortSignal;
  /** What is waited for, for the message when it does not come. */
  readonly until: string;
}

/** Looks until `look` finds something. Throws `Failure` when the time is over, and when Ctrl-C ends it. */
export async function waitFor<T>(
  look: () => Promise<T | undefined>,
  { everyMs, atMostMs, signal, until }: Wait,
): Promise<T> {
  const deadline = Date.now() + atMostMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() + everyMs > deadline) throw new Failure(`Waited ${Math.round(atMostMs / 1_000)} s for ${until}.`);
    await sleep(everyMs, undefined, { signal });
  }
}

/** How often to ask: AWS allows a few calls a second to all users of an account; on this machine nobody counts. */
export function pollMs({ runsOn }: { readonly runsOn: "aws" | "loopback" }): number {
  return runsOn === "aws" ? 3_000 : 250;
}
