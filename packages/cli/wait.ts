import { setTimeout as sleep } from "node:timers/promises";
import { isPassing } from "./aws.ts";
import { tellDuration } from "./duration.ts";
import { Failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

export interface Wait {
  readonly everyMs: number;
  readonly atMostMs: number;
  readonly signal: AbortSignal;
  /** What is waited for, for the message when it does not come. */
  readonly until: string;
  /** What is told meanwhile: how far it is, as the last look found it. */
  readonly progress?: { readonly terminal: Terminal; tell(): string };
  /** What goes on when Ctrl-C ends the waiting, and where to see it. */
  readonly meanwhile?: string;
}

/**
 * Looks until `look` finds something; a look that nobody answered is made again. Throws `Failure` when the time is
 * over, and when Ctrl-C ends it.
 */
export async function waitFor<T>(look: () => Promise<T | undefined>, wait: Wait): Promise<T> {
  const { everyMs, atMostMs, signal, until, progress, meanwhile = "" } = wait;
  const began = Date.now();
  try {
    for (;;) {
      const isOver = Date.now() + everyMs > began + atMostMs;
      const found = await look().catch((error: unknown) => {
        if (isOver || signal.aborted || !isPassing(error)) throw error;
        return undefined;
      });
      if (found !== undefined) return found;
      progress?.terminal.progress(progress.tell(), Date.now() - began);
      if (isOver) throw new Failure(`Waited ${tellDuration(atMostMs)} for ${until}.`);
      await sleep(everyMs, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) throw new Failure(`Stopped waiting. ${meanwhile}`.trim());
    throw error;
  } finally {
    progress?.terminal.progress("");
  }
}

/** How often to ask: AWS allows a few calls a second to all users of an account; on this machine nobody counts. */
export function pollMs({ runsOn }: { readonly runsOn: "aws" | "loopback" }): number {
  return runsOn === "aws" ? 3_000 : 250;
}
