import { randomUUID } from "node:crypto";
import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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
  const before = await readFile(file, "utf8");
  return {
    source: before,
    async try(source) {
      // Its imports are relative to the project, and Node keeps a module by its name.
      const trial = join(project, `.fleet.config.trial.${randomUUID()}.ts`);
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
      // Beside the file itself, wherever a link leads: only there it can be renamed for certain.
      const whole = join(dirname(file), `.fleet.config.new.${randomUUID()}.ts`);
      await writeFile(whole, source, { mode: (await stat(file)).mode });
      await rename(whole, file);
    },
  };
}
