import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FleetDefinition } from "#fleet";
import { readBlocks } from "../docs/blocks.ts";
import { listDocuments, readDocument } from "../docs/files.ts";
import { isEntry, planWith } from "../docs/maps.ts";
import { bare, edits } from "../fixture/edits.ts";
import { copyProject, type Project } from "../fixture/project.ts";
import { findingsOf } from "../synth/findings.ts";

/** What the user's own test says about a map: nothing, for one that can be deployed to each of its stages. */
async function findingsOfAll(map: FleetDefinition): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const stage of Object.keys(map.stages)) findings.push(...(await findingsOf(map, stage)));
  return findings;
}

describe("[STR-2] a map with", () => {
  it.each(Object.entries(edits))("%s can be deployed to each of its stages", async (_, map) => {
    expect(await findingsOfAll(map)).toEqual([]);
  });
});

describe("[STR-2] the user's own test", () => {
  let project: Project;
  beforeAll(async () => {
    project = await copyProject("test", "vitest.config.ts", "endpoint/vitest.config.ts");
  });
  afterAll(() => project.remove());

  /** `npx vitest --project map`, in the project with this map. */
  function testMap(): Promise<{ readonly code: number | null; readonly said: string }> {
    const vitest = join(project.folder, "node_modules/vitest/vitest.mjs");
    const { PATH, HOME, TMPDIR } = process.env;
    const env = { PATH, HOME, TMPDIR, NO_COLOR: "1" };
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [vitest, "run", "--project", "map"],
        { cwd: project.folder, env },
        (_, stdout, stderr) => resolve({ code: child.exitCode, said: stdout + stderr }),
      );
    });
  }

  it("accepts every document's entries where a reader would put them", async () => {
    const entries = listDocuments().map((file) => readBlocks(file, readDocument(file)).filter(isEntry));
    const lists = entries.filter(({ length }) => length > 0).map((blocks) => blocks.map(({ text }) => text));
    expect(lists.length).toBeGreaterThan(4);
    for (const { map, problem } of await planWith(project.folder, lists, (source) => source)) {
      expect(problem).toBe("");
      expect(map && (await findingsOfAll(map))).toEqual([]);
    }
  });

  it("passes with a map of two files", async () => {
    await project.writeMap(bare);
    const config = join(project.folder, "fleet.config.ts");
    await writeFile(join(project.folder, "notes.ts"), await readFile(config));
    await writeFile(config, 'export { default } from "./notes.ts";\n');
    expect(await testMap()).toMatchObject({ code: 0, said: expect.stringContaining("✔ 2 tests in 1 file passed") });
  });

  it("names the stage, what is wrong and what to do if a map cannot be deployed", async () => {
    await project.writeMap({ ...bare, stages: { ...bare.stages, staging: {} } });
    const planned = await testMap();
    expect(planned.code).toBe(1);
    expect(planned.said).toMatch(/can be deployed to stage staging/);
    expect(planned.said).toMatch(/stages\.staging\.account = \(not set\)[\s\S]*allowed: .*[\s\S]*remedy: /);
  });
});
