import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

const vitest = fileURLToPath(new URL("vitest.mjs", import.meta.resolve("vitest/package.json")));
const report = fileURLToPath(import.meta.resolve("@mcp-fleet/testing/report.ts"));

const ofKind = {
  passes: `it("passes", () => console.log("a word that nobody needs"));`,
  skips: `it("skips", { skip: true, meta: { missing: "a-program" } }, () => {});`,
  fails: `it("fails", () => { console.log("a word that explains"); expect({ port: 1 }).toEqual({ port: 2 }); });`,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcp-fleet-report-"));
  for (const [name, code] of Object.entries(ofKind)) await writeFile(join(folder, `${name}.test.ts`), code);
});

/** A run of these files, in a pipe. */
async function run(files: readonly (keyof typeof ofKind)[], env: Readonly<Record<string, string>> = {}) {
  const args = [vitest, "run", "--root", folder, "--globals", `--reporter=${report}`, ...files];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, all: out + err, end: out.trim().split("\n").slice(-3) };
}

describe("a run of tests", () => {
  it("ends in three lines: counts and time, the slowest, where to look", async () => {
    const { code, all, end } = await run(["passes"]);
    expect({ code, end }).toEqual({
      code: 0,
      end: [
        expect.stringMatching(/^✔ 1 test in 1 file passed in \d+ s$/),
        expect.stringMatching(/^slowest: passes \d+ s$/),
        expect.stringContaining("docs/testing.md"),
      ],
    });
    expect(all).not.toContain("nobody needs");
  });

  it("shows a failure in full, with what the test printed, and how to run its file again", async () => {
    const { code, all, end } = await run(["passes", "skips", "fails"]);
    expect({ code, end }).toEqual({
      code: 1,
      end: [
        expect.stringMatching(/^✘ 1 of 2 tests failed in 1 of 3 files, in \d+ s$/),
        "skipped: 1 test: a-program (1)",
        "again: npx vitest run fails.test.ts",
      ],
    });
    for (const words of ["a word that explains", '-   "port": 2', '+   "port": 1', "fails.test.ts:1:"]) {
      expect(all).toContain(words);
    }
  });

  it("fails if more is skipped than may be", async () => {
    expect((await run(["passes", "skips"], { SKIPPED_AT_MOST: "1" })).code).toBe(0);
    const { code, all } = await run(["passes", "skips"], { SKIPPED_AT_MOST: "0" });
    expect({ code, all }).toEqual({ code: 1, all: expect.stringContaining("At most 0 tests may be skipped here") });
  });
});
