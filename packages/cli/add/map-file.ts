import { randomUUID } from "node:crypto";
import { readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type FleetDefinition, loadMapFrom } from "#fleet";
import { Failure } from "../failure.ts";

export interface MapFile {
  readonly source: string;
  /** The map that some source would be. @throws {FleetError} */
  try(source: string): Promise<FleetDefinition>;
  /**
   * Takes the place of the file at once, so that nobody ever reads half of it. @throws {Failure} if somebody saved it
   * meanwhile
   */
  write(source: string): Promise<void>;
}

export async function openMapFile(project: string): Promise<MapFile> {
  // A link stays one.
  const file = await realpath(join(project, "fleet.config.ts"));
  // Node keeps a module by its name.
  const beside = (what: string) => join(project, `.fleet.config.${what}.${randomUUID()}.ts`);
  const before = await readFile(file, "utf8");
  return {
    source: before,
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
      if ((await readFile(file, "utf8")) !== before) {
        throw new Failure("fleet.config.ts was saved meanwhile: nothing was changed. Run the command again.");
      }
      const whole = beside("new");
      await writeFile(whole, source);
      await rename(whole, file);
    },
  };
}
