import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type FleetDefinition, loadMapFrom } from "#fleet";

export interface MapFile {
  readonly source: string;
  /** The map that some source would be. @throws {FleetError} */
  try(source: string): Promise<FleetDefinition>;
  /** Takes the place of the file at once, so that nobody ever reads half of it. */
  write(source: string): Promise<void>;
}

export async function openMapFile(project: string): Promise<MapFile> {
  const file = join(project, "fleet.config.ts");
  const beside = (what: string) => join(project, `.fleet.config.${what}.${process.pid}.ts`);
  return {
    source: await readFile(file, "utf8"),
    async try(source) {
      // Its imports are relative to the project.
      const trial = beside("trial");
      await writeFile(trial, source);
      try {
        return await loadMapFrom(() => import(pathToFileURL(trial).href));
      } finally {
        await rm(trial, { force: true });
      }
    },
    async write(source) {
      await writeFile(beside("new"), source);
      await rename(beside("new"), file);
    },
  };
}
