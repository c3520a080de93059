import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { completionFor } from "#cli/completion/script.ts";
import { createProgram } from "#cli/program.ts";
import { terminal } from "./doctor/examination.ts";

const nothing = async () => undefined;
const script = completionFor("bash", createProgram({ onStage: nothing, onPlan: nothing }, terminal));

function complete(...words: readonly string[]): readonly string[] {
  const quoted = ["fleet", ...words].map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _fleet; echo "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", `${script}\n${ask}`], { encoding: "utf8", timeout: 5_000 })
    .trim()
    .split(" ");
}

it.each([
  [["sta"], ["status"]],
  [
    ["secrets", "s"],
    ["set", "stage"],
  ],
  [
    ["logs", "google", "--f"],
    ["--follow", "--filter"],
  ],
  [["no-such-command", "st"], ["status"]],
])("completes %j to %j in bash", (words, completions) => {
  expect(complete(...words)).toEqual(completions);
});
