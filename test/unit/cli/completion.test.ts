import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, describe, expect, it } from "vitest";
import { candidates, namesOf, stageAmong } from "#cli/completion/candidates.ts";
import { completionFor, type Shell } from "#cli/completion/script.ts";
import { createProgram } from "#cli/program.ts";
import fixture from "../../fixture/map.ts";
import { copyProject } from "../../fixture/project.ts";
import { terminal } from "../../fixture/terminal.ts";

const nothing = async () => undefined;
const program = createProgram({ onStage: nothing, onPlan: nothing, onProject: nothing }, terminal);

const complete = (...words: readonly string[]) => candidates(program, words, namesOf(fixture, stageAmong(words)));

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
    [["exec", "goo"], ["google_workspace"]],
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
const project = await copyProject();
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await project.remove();
});

/** Runs lines in a shell that has loaded its completion; without any of the tester's own settings. */
function inShell(shell: Shell, lines: string): readonly string[] {
  const door = join(project.folder, "fleet");
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

it("bash, zsh and fish complete names of the map", needs("bash", "zsh", "fish"), () => {
  const inBash = `COMP_WORDS=(fleet logs --stage prod ""); COMP_CWORD=4; _fleet; printf "%s\\n" "\${COMPREPLY[@]}"; complete -p fleet`;
  expect(inShell("bash", inBash)).toEqual(["google_workspace", expect.stringContaining("-F _fleet fleet")]);
  // The widgets of completion run at the line editor alone: what they are given stands in for it.
  const inZsh = 'compadd() { shift; print -l -- $found }; words=(fleet secrets set splunk ""); CURRENT=5; _fleet';
  expect(inShell("zsh", inZsh)).toEqual(["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"]);
  expect(inShell("fish", "complete -C 'fleet open --stage prod '")).toEqual(["google_workspace"]);
});
