import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { candidates, namesOf, stageAmong } from "#cli/completion/candidates.ts";
import { completionFor, type Shell } from "#cli/completion/script.ts";
import { createProgram } from "#cli/program.ts";
import shipped from "#config";
import { terminal } from "./doctor/examination.ts";

const nothing = async () => undefined;
const program = createProgram({ onStage: nothing, onPlan: nothing, onProject: nothing }, terminal);

const complete = (...words: readonly string[]) => candidates(program, words, namesOf(shipped, stageAmong(words)));

describe("what may stand where the cursor is", () => {
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
    [
      ["logs", ""],
      ["google_workspace", "everything"],
    ],
    [["logs", "--stage", "prod", ""], ["google_workspace"]],
    [
      ["status", "--stage", ""],
      ["prod", "local"],
    ],
    [["status", "--stage=p"], ["--stage=prod"]],
    [["status", "--stage", "=", "p"], ["prod"]],
    [
      ["secrets", "get-keys", "s"],
      ["splunk", "splunk-admin", "session-keys"],
    ],
    [
      ["secrets", "set", "splunk", ""],
      ["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"],
    ],
    [["secrets", "set", "splunk", "SPLUNK_HEC_URL", ""], ["SPLUNK_HEC_TOKEN"]],
    [["alarms", "mute", "goo"], ["google_workspace"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["redeploy", "google", "--timeout", ""], []],
    [["no-such-command", "st"], []],
  ])("after fleet %j is %j", (words, found) => {
    expect(complete(...words)).toEqual(found);
  });
});

const folder = mkdtempSync(join(tmpdir(), "fleet-completion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs lines in a shell that has loaded its completion; without any setting of the person who tests. */
function inShell(shell: Shell, lines: string): readonly string[] {
  const door = fileURLToPath(new URL("../../../bin/fleet.mjs", import.meta.url));
  const file = join(folder, `completion.${shell}`);
  writeFileSync(file, `${completionFor(shell, door)}\n${lines}\n`);
  const without = { bash: ["--norc"], zsh: ["-f"], fish: ["--no-config"] }[shell];
  const { PATH } = process.env;
  const said = execFileSync(shell, [...without, file], {
    encoding: "utf8",
    timeout: 20_000,
    env: { PATH, HOME: folder, TERM: "dumb" },
  });
  return said.trim().split("\n");
}

const has = (shell: Shell) => spawnSync(shell, ["-c", "exit"]).error === undefined;

describe("a shell", () => {
  it.runIf(has("bash"))("bash completes names of the map", () => {
    const ask = `COMP_WORDS=(fleet logs --stage prod ""); COMP_CWORD=4; _fleet; printf "%s\\n" "\${COMPREPLY[@]}"; complete -p fleet`;
    expect(inShell("bash", ask)).toEqual(["google_workspace", expect.stringContaining("-F _fleet fleet")]);
  });

  it.runIf(has("zsh"))("zsh completes names of the map", () => {
    // The widgets of completion run at the line editor alone: what they are given stands in for it.
    const ask = 'compadd() { shift; print -l -- $found }; words=(fleet secrets set splunk ""); CURRENT=5; _fleet';
    expect(inShell("zsh", ask)).toEqual(["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"]);
  });

  it.runIf(has("fish"))("fish completes names of the map", () => {
    expect(inShell("fish", "complete -C 'fleet open --stage prod '")).toEqual(["google_workspace"]);
  });
});
