import { cp, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FleetDefinition } from "#fleet";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const parts = [
  ...["sst.config.ts", "fleet.config.ts", "package.json", "tsconfig.json"],
  ...["stacks", "functions", "packages", "bin"],
];

/** The project in a folder of its own, with its own map and its own `.sst`; the installed packages are shared. */
export interface Project {
  readonly folder: string;
  /** Rewrites `fleet.config.ts`, as an operator would. */
  writeMap(map: FleetDefinition): Promise<void>;
  remove(): Promise<void>;
}

export async function copyProject(): Promise<Project> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "mcp-fleet-e2e-")));
  await Promise.all(parts.map((part) => cp(join(root, part), join(folder, part), { recursive: true })));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  return {
    folder,
    writeMap: (map) =>
      writeFile(
        join(folder, "fleet.config.ts"),
        `import { defineFleet } from "#fleet";\n\nexport default defineFleet(${JSON.stringify(map, undefined, 2)});\n`,
      ),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
