import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { reportExitCode } from "#cli/shell/exit-code.ts";

/** Runs the line as a task's agent would, and reads what it says in pieces of one byte. */
function run(...words: readonly string[]) {
  const reported = reportExitCode(words);
  const { stdout } = spawnSync("sh", ["-c", reported.line]);
  const shown = [...stdout].map((byte) => reported.read(Buffer.from([byte])));
  const { rest, code } = reported.end();
  return { out: Buffer.concat([...shown, rest]).toString(), code };
}

describe("[OPS-4] a command in a task", () => {
  it.each([
    [["true"], "", 0],
    [["printf", "%s", "it's a key"], "it's a key", 0],
    [["echo fleet-exit-; exit 3"], "fleet-exit-\n", 3],
    [["ls", "/nowhere/at/all"], "", 2],
    [["echo one | wc -l; (exit 255)"], "1\n", 255],
  ])("%j is shown as it is, and passes its exit code on", (words, out, code) => {
    const said = run(...words);
    expect({ out: said.out.replaceAll(/^ +/gm, ""), code: said.code }).toEqual({ out, code });
  });

  it("that is cut off has no exit code, and nothing it said is lost", () => {
    const reported = reportExitCode(["cat"]);
    expect(reported.read(Buffer.from("half a line, fleet-ex")).toString()).toBe("half a line, ");
    expect(reported.end()).toEqual({ rest: Buffer.from("fleet-ex"), code: undefined });
  });
});
