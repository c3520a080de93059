import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createProgram } from "#cli/program.ts";
import { alarmNames } from "#fleet";
import { terminal } from "./doctor/examination.ts";

const runbook = readFileSync(new URL("../../../docs/runbook.md", import.meta.url), "utf8");

/** The lines that a reader would paste, without what stands behind a `#`. */
const commands = [...runbook.matchAll(/npx fleet ([a-z][^`\n#)]*)/g)].map(([, words = ""]) => words.trim());

describe("the runbook", () => {
  it.each([...new Set(commands)])("fleet %s is a command as it stands there", async (line) => {
    let ran = 0;
    const count = async () => {
      ran += 1;
    };
    const program = createProgram({ onStage: count, onPlan: count, onProject: count }, terminal);
    const words = line.split(/\s+/);
    if (words[0] === "help" || words[0] === "completion") ran += 1;
    else await program.parseAsync(words, { from: "user" });
    expect(ran).toBe(1);
  });

  it("has a section for each alarm, where the alarm's description sends its reader", () => {
    for (const name of alarmNames) expect(runbook).toMatch(new RegExp(`^### ${name}$`, "m"));
  });
});
