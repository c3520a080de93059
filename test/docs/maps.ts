import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FleetDefinition } from "#fleet";
import fixture from "../fixture/map.ts";
import type { Block } from "./blocks.ts";
import { insertEntry } from "./map-source.ts";

/** The fixture, whose `prod` is this machine: names are as the documents print them. */
export const printedMap: FleetDefinition = { ...fixture, stages: { ...fixture.stages, prod: { runsOn: "loopback" } } };

/** Blocks that are entries of the map as it is; the others are modules, or need another map. */
export const isEntry = ({ language, text, treatment }: Block): boolean =>
  language === "ts" && treatment.kind === "run" && !/^(import|\/\/ packages)/.test(text);

const script = `
  import { planStage } from "#fleet";
  const outcomes = [];
  for (const file of process.argv.slice(1)) {
    try {
      const { default: map } = await import(file);
      for (const stage of Object.keys(map.stages)) planStage(map, stage);
      outcomes.push({ map, problem: "" });
    } catch (error) {
      outcomes.push({ problem: String(error?.message ?? error) });
    }
  }
  console.log(JSON.stringify(outcomes));
`;

/** The source of `printedMap`, with a service of it in `prod` as well. */
function printed(source: string): string {
  return source
    .replace(/ {4}prod: \{ account: "\d+" \},/, '    prod: { runsOn: "loopback" },')
    .replace('      stages: { except: ["prod"] },\n', "");
}

/**
 * Puts entries into copies of `fleet.config.ts`, one copy for each list.
 * @returns for each list the map, and what is wrong with it
 */
export async function planWith(folder: string, lists: readonly (readonly string[])[], prepare = printed) {
  const source = prepare(await readFile(join(folder, "fleet.config.ts"), "utf8"));
  const files = await Promise.all(
    lists.map(async (entries, at) => {
      const file = join(folder, `documented-${at}.config.ts`);
      await writeFile(file, entries.map(filled).reduce(insertEntry, source));
      return file;
    }),
  );
  const args = ["--input-type=module", "-e", script, ...files];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  const outcomes: { readonly map?: FleetDefinition; readonly problem: string }[] = JSON.parse(stdout);
  return outcomes;
}

/** What the reader has to fill in: an id, the last six characters of an ARN, a commit. */
function filled(entry: string): string {
  return entry.replaceAll("Z…", "Z0123456789ABCDEFGHIJ").replaceAll("……", "AbC123").replaceAll("<commit>", "0cc4451");
}
