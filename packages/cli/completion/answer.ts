import { harmless } from "#chat/text/harmless.ts";
import { candidates } from "./candidates.ts";
import { isCurrent, recall } from "./known.ts";

/**
 * What the script of a shell asks at each Tab: `fleet complete -- secrets s`. An answer takes little more than a start of
 * Node as long as neither the map nor the commands have changed. It fails silently: its output is a line being typed.
 * @param words those after `fleet`, the last as typed so far
 */
export async function answerTab(project: string, words: readonly string[]): Promise<void> {
  try {
    const before = recall(project);
    const isKnown = before !== undefined && isCurrent(before);
    const known = isKnown ? before : await (await import("./learn.ts")).learn(project, before);
    const found = candidates(known, words, process.env.FLEET_STAGE);
    // By itself: to load the terminal, which asks questions, would take a third of the time.
    process.stdout.write(found.map((word) => `${harmless(word)}\n`).join(""));
  } catch {}
}
