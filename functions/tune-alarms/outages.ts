import type { Trouble } from "./tune.ts";

/** From an alarm's changes of state, newest first: also from one that rang before the first of them. */
export function troublesIn(changes: readonly { readonly at: number; readonly summary: string }[]): readonly Trouble[] {
  return changes.flatMap(({ at, summary }, index): readonly Trouble[] => {
    const until = changes[index - 1]?.at ?? Number.POSITIVE_INFINITY;
    const rang = index === changes.length - 1 && summary.includes("from ALARM") ? [{ from: 0, until: at }] : [];
    return summary.endsWith("to ALARM") ? [{ from: at, until }, ...rang] : rang;
  });
}
