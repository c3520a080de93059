import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, describe, expect, it } from "vitest";
import { candidates } from "#cli/completion/candidates.ts";
import { describeProgram, namesOf } from "#cli/completion/describe.ts";
import { completionFor, type Shell } from "#cli/completion/script.ts";
import fixture from "../../fixture/map.ts";
import { copyProject } from "../../fixture/project.ts";

const known = { program: describeProgram(), names: namesOf(fixture) };

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
    [
      ["alarms", "mute", "google-workspace-l"],
      ["google-workspace-latencyP95", "google-workspace-latencyP99", "google-workspace-latencyAverage"],
    ],
    [["alarms", "test", "google_"], ["google_workspace"]],
    [["alarms", "close", "--stage", "prod", "everything-"], []],
    [
      ["alarms", "acknowledge", "everything-p", "--stage", "local", ""],
      ["--stage", "--help"],
    ],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["redeploy", "google", "--timeout", ""], []],
    [["no-such-command", "st"], []],
  ])("after fleet %j is %j", (words, found) => {
    expect(candidates(known, words)).toEqual(found);
  });
});

it("[OPS-5] of many services, alarms are suggested once one of them is typed", () => {
  const { everything } = fixture.services;
  if (everything === undefined) throw new Error("The fixture has no everything.");
  const declined = { latencyP99: { declined: "Nobody looks at it." } };
  const services = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`many_${at}`, { ...everything, host: `many-${at}`, alarms: declined }]),
  );
  const of = (word: string) =>
    candidates({ ...known, names: namesOf({ ...fixture, services: { ...fixture.services, ...services } }) }, [
      ...["alarms", "mute", "--stage", "local"],
      word,
    ]);
  expect(of("")).toHaveLength(42);
  // Their keys have an underscore: this is no service.
  expect(of("many-")).toHaveLength(40 * 9);
  expect(of("many-39-lat")).toEqual(["many-39-latencyP95", "many-39-latencyAverage"]);
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

describe("at each Tab", () => {
  const map = join(project.folder, "fleet.config.ts");
  const kept = join(project.folder, ".mcp-fleet", "completion.json");
  const loads = join(folder, "loads");
  const source = `${readFileSync(map, "utf8")}
import { appendFileSync } from "node:fs";
import { extra } from "./extra.ts";
appendFileSync(${JSON.stringify(loads)}, extra);
`;
  const complete = (...words: readonly string[]) => {
    const args = [join(project.folder, "packages/cli/main.ts"), "complete", "--", ...words];
    const { PATH, HOME } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: { PATH, HOME } });
    return { status, stderr, found: stdout.split("\n").slice(0, -1) };
  };
  const silently = { status: 0, stderr: "" };
  const services = ["google_workspace", "everything"];

  it("[OPS-5] the map is loaded only after it, or what it imports, was saved", () => {
    writeFileSync(map, source);
    writeFileSync(join(project.folder, "extra.ts"), 'export const extra = "1";');
    for (const _ of [1, 2]) expect(complete("logs", "")).toEqual({ ...silently, found: services });
    expect(readFileSync(loads, "utf8")).toBe("1");
    writeFileSync(join(project.folder, "extra.ts"), 'export const extra = "other";');
    complete("st");
    expect(readFileSync(loads, "utf8")).toBe("1other");
    writeFileSync(map, source.replaceAll("everything", "renamed"));
    expect(complete("logs", "r")).toEqual({ ...silently, found: ["renamed"] });
    writeFileSync(map, source);
  });

  it("[OPS-5] commands and the last known names are there while the map is being edited", () => {
    expect(complete("logs", "")).toEqual({ ...silently, found: services });
    appendFileSync(map, "export default {");
    expect(complete("sta")).toEqual({ ...silently, found: ["status"] });
    expect(complete("logs", "")).toEqual({ ...silently, found: services });
    writeFileSync(map, source);
  });

  it.each([
    ["what was kept is damaged", () => writeFileSync(kept, '{"files":{},"program":{"name":1}}')],
    [
      "nothing can be kept",
      () => {
        rmSync(join(project.folder, ".mcp-fleet"), { recursive: true });
        writeFileSync(join(project.folder, ".mcp-fleet"), "");
      },
    ],
  ])("[OPS-5] the answer is the same, without a word, where %s", (_, damage) => {
    damage();
    expect(complete("logs", "--stage", "prod", "")).toEqual({ ...silently, found: ["google_workspace"] });
  });
});

it("bash, zsh and fish complete names of the map", needs("bash", "zsh", "fish"), () => {
  const inBash = `COMP_WORDS=(fleet logs --stage prod ""); COMP_CWORD=4; _fleet; printf "%s\\n" "\${COMPREPLY[@]}"; complete -p fleet`;
  expect(inShell("bash", inBash)).toEqual(["google_workspace", expect.stringContaining("-F _fleet fleet")]);
  // The widgets of completion run at the line editor alone: what they are given stands in for it.
  const inZsh = 'compadd() { shift; print -l -- $found }; words=(fleet secrets set splunk ""); CURRENT=5; _fleet';
  expect(inShell("zsh", inZsh)).toEqual(["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"]);
  expect(inShell("fish", "complete -C 'fleet open --stage prod '")).toEqual(["google_workspace"]);
  const inBashAlarm = `COMP_WORDS=(fleet alarms mute everything-mem); COMP_CWORD=3; _fleet; printf "%s\\n" "\${COMPREPLY[@]}"`;
  expect(inShell("bash", inBashAlarm)).toEqual(["everything-memoryUsed"]);
  const inZshAlarm =
    "compadd() { shift; print -l -- $found }; words=(fleet alarms close everything-mem); CURRENT=4; _fleet";
  expect(inShell("zsh", inZshAlarm)).toEqual(["everything-memoryUsed"]);
  expect(inShell("fish", "complete -C 'fleet alarms test everything-mem'")).toEqual(["everything-memoryUsed"]);
});
