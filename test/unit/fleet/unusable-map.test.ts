import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
const { PATH, HOME } = process.env;

/** A copy of the project, whose map can be anything. */
let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "fleet-map-"));
  for (const part of ["bin", "packages", "package.json"])
    cpSync(join(root, part), join(project, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const entryPoints = {
  "npx fleet": ["bin/fleet.mjs", "cost", "--stage", "prod"],
  "npm start": ["packages/start/main.ts", "--exit"],
} as const;

const maps = [
  [
    "a line that does not parse",
    'export default {\n  domain: "example.com"\n  stages: {},\n};\n',
    /fleet\.config\.ts, line 3 = "SyntaxError/,
  ],
  [
    "a name that is not there",
    "const stages = {};\n\nexport default { stages, domain };\n",
    /fleet\.config\.ts, line 3 = "ReferenceError: domain/,
  ],
  ["no default export", "export const map = {};\n", /export default = \(not set\)[\s\S]*defineFleet/],
  ["a file that is missing", 'import "./shared.ts";\nexport default {};\n', /Cannot find module/],
  [
    "mistakes, and no defineFleet",
    'export default { domain: "Example", region: "eu-centrl-1", servces: {} };\n',
    /domain = "Example"[\s\S]*Did you mean "eu-central-1"\?[\s\S]*Did you mean "services"\?/,
  ],
] as const;

/** `npm start` loads the whole endpoint first, which takes seconds: two maps are enough to see what it prints. */
describe.each([
  ["npx fleet", entryPoints["npx fleet"], maps],
  ["npm start", entryPoints["npm start"], [maps[0], maps[2]]],
] as const)("[STR-8] %s", (_, args, tried) => {
  it.each(tried)(
    "reports %s in words, with exit code 1, and creates nothing",
    (_what, map, says) => {
      writeFileSync(join(project, "fleet.config.ts"), map);
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: project,
        env: { PATH, HOME },
        encoding: "utf8",
      });
      expect({ status, stdout }, stderr).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(/^fleet\.config\.ts has (?:a mistake|\d+ mistakes); nothing was deployed\./);
      expect(stderr).toMatch(says);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(existsSync(join(project, ".mcp-fleet"))).toBe(false);
    },
    60_000,
  );
});
