import { setTimeout as sleep } from "node:timers/promises";
import { isPassing } from "./aws.ts";
import { type ExitCode, reasonOf } from "./failure.ts";
import type { Stage } from "./stage.ts";
import { pollMs } from "./wait.ts";

/** What was seen, as lines of at most 80 columns, and the exit code that goes with it. */
export interface View {
  readonly lines: readonly string[];
  readonly code: ExitCode;
}

/** From the top left corner, what was there before is gone: https://ecma-international.org/publications-and-standards/standards/ecma-48/ */
const clear = "\u001b[H\u001b[2J\u001b[3J";

/**
 * Shows a view again and again until Ctrl-C: on a terminal in place, elsewhere whenever it differs. Gives the exit
 * code of the last. What AWS does not answer once is said, and asked again.
 */
export async function watch(stage: Stage, look: () => Promise<View>): Promise<ExitCode> {
  const { terminal, stdout, plan, signal } = stage;
  const redraws = stdout.columns !== undefined;
  let last: View = { lines: [], code: 0 };
  while (!signal.aborted) {
    const seen = await look().catch((error: unknown): View => {
      if (signal.aborted) return last;
      if (!isPassing(error)) throw error;
      return { lines: [`${plan.stage}: no answer (${reasonOf(error)}). Asking again.`], code: 1 };
    });
    if (redraws) stdout.write(clear);
    if (redraws || seen.lines.join("\n") !== last.lines.join("\n")) {
      terminal.print(terminal.paint.dim(`${new Date().toISOString().slice(11, 19)} UTC`));
      for (const line of seen.lines) terminal.print(line);
    }
    last = seen;
    // The account's other tools need some of its calls as well.
    await sleep(2 * pollMs(plan), undefined, { signal }).catch(() => undefined);
  }
  return last.code;
}

/** Once, or again and again. */
export async function show(stage: Stage, often: "once" | "watch", look: () => Promise<View>): Promise<ExitCode> {
  if (often === "watch") return watch(stage, look);
  const { lines, code } = await look();
  for (const line of lines) stage.terminal.print(line);
  return code;
}
