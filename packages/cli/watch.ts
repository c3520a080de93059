import { setTimeout as sleep } from "node:timers/promises";
import { isPassing } from "./aws.ts";
import { type ExitCode, reasonOf } from "./failure.ts";
import type { Stage } from "./stage.ts";
import { columns, width } from "./table.ts";
import { pollMs } from "./wait.ts";

/** What was seen, as lines of at most 80 columns, and the exit code that goes with it. */
export interface View {
  readonly lines: readonly string[];
  readonly code: ExitCode;
}

/** @param rows how many lines there is room for; `undefined` for all that there are */
export type Look = (rows: number | undefined) => Promise<View>;

/**
 * From the top left corner, what was there before is gone, but not what scrolled out of sight:
 * https://ecma-international.org/publications-and-standards/standards/ecma-48/
 */
const clear = "\u001b[H\u001b[J";

/**
 * Shows a view again and again until Ctrl-C: on a terminal in place, as much as it has room for, elsewhere whenever it
 * differs. Gives the exit code of the last. What AWS does not answer once is said, and asked again.
 */
export async function watch(
  stage: Pick<Stage, "terminal" | "stdout" | "plan" | "signal">,
  look: Look,
): Promise<ExitCode> {
  const { terminal, stdout, plan, signal } = stage;
  const redraws = stdout.columns !== undefined;
  let last: View = { lines: [], code: 0 };
  while (!signal.aborted) {
    // The time stands above, the cursor below.
    const rows = redraws && stdout.rows !== undefined ? stdout.rows - 2 : undefined;
    const seen = await look(rows).catch((error: unknown): View => {
      if (signal.aborted) return last;
      if (!isPassing(error)) throw error;
      return { lines: [`${plan.stage}: no answer (${reasonOf(error)}). Asking again.`], code: 1 };
    });
    if (redraws) stdout.write(clear);
    if (redraws || seen.lines.join("\n") !== last.lines.join("\n")) {
      terminal.print(terminal.paint.dim(`${new Date().toISOString().slice(11, 19)} UTC`));
      for (const line of cut(seen.lines, rows, stdout.columns)) terminal.print(line);
    }
    last = seen;
    // The account's other tools need some of its calls as well.
    await sleep(2 * pollMs(plan), undefined, { signal }).catch(() => undefined);
  }
  return last.code;
}

/** What a terminal of so many rows has room for; one that is narrower than a line takes several for it. */
function cut(lines: readonly string[], rows = lines.length, wide = columns): readonly string[] {
  const heights = lines.map((line) => Math.max(1, Math.ceil(width(line) / (wide || columns))));
  const bottoms = heights.map((_, at) => heights.slice(0, at + 1).reduce((sum, one) => sum + one));
  if ((bottoms.at(-1) ?? 0) <= rows) return lines;
  const shown = bottoms.filter((bottom) => bottom < rows).length;
  return [...lines.slice(0, shown), `… ${lines.length - shown} more lines: without --watch, all are shown.`];
}

/** Once, or again and again. */
export async function show(stage: Stage, often: "once" | "watch", look: Look): Promise<ExitCode> {
  if (often === "watch") return watch(stage, look);
  const { lines, code } = await look(undefined);
  for (const line of lines) stage.terminal.print(line);
  return code;
}
