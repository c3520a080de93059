import { setTimeout as sleep } from "node:timers/promises";
import { isPassing } from "./aws.ts";
import { formatDuration } from "./duration.ts";
import { Failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

export interface Wait {
  readonly everyMs: number;
  readonly atMostMs: number;
  readonly signal: AbortSignal;
  /** What is awaited, for the message on timeout. */
  readonly until: string;
  /** Progress to show meanwhile, as of the last look. */
  readonly progress?: { readonly terminal: Terminal; describe(): string };
  /** What continues when Ctrl-C ends the waiting, and where to see it. */
  readonly meanwhile?: string;
}

/**
 * Looks until `look` finds something; a look that got no answer is repeated. Throws `Failure` when the time is
 * up, and when Ctrl-C ends it.
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
      progress?.terminal.progress(progress.describe(), Date.now() - began);
      if (isOver) throw new Failure(`Waited ${formatDuration(atMostMs)} for ${until}.`);
      await sleep(everyMs, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) throw new Failure(`Stopped waiting. ${meanwhile}`.trim());
    throw error;
  } finally {
    progress?.terminal.progress("");
  }
}

/** How often to poll: AWS allows an account a few calls a second in all; this machine has no limit. */
export function pollMs({ runsOn }: { readonly runsOn: "aws" | "loopback" }): number {
  return runsOn === "aws" ? 3_000 : 250;
}
