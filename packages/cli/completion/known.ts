import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";

const List = v.array(v.string());

/** Of a stage. Most services have the same alarms: names are put together from these when they are asked for. */
const StageNames = v.object({
  services: List,
  alarms: v.array(v.object({ services: List, kinds: List })),
});
export type StageNames = v.InferOutput<typeof StageNames>;

/** What can be completed besides commands and options: names of the map. */
const Names = v.object({
  stages: v.record(v.string(), StageNames),
  /** Of all stages. */
  services: List,
  /** The keys of each. */
  secrets: v.record(v.string(), List),
});
export type Names = v.InferOutput<typeof Names>;

/** `words` are `--stage` and its like, and the short form. */
const Option = v.object({ words: List, name: v.string(), takesValue: v.boolean(), choices: List });
export type Option = v.InferOutput<typeof Option>;

const Argument = v.object({ name: v.string(), variadic: v.boolean(), choices: List });

/** A command as plain data, which a file can keep. */
export interface Command {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly options: readonly Option[];
  readonly arguments: readonly v.InferOutput<typeof Argument>[];
  readonly commands: readonly Command[];
}
const Command: v.GenericSchema<Command> = v.object({
  name: v.string(),
  aliases: List,
  options: v.array(Option),
  arguments: v.array(Argument),
  commands: v.array(v.lazy(() => Command)),
});

/** All that completion suggests, and the files that say so, with their stamps: it holds until one of them changes. */
const Known = v.object({ files: v.record(v.string(), v.string()), program: Command, names: Names });
export type Known = v.InferOutput<typeof Known>;

/** Nothing but suggestions is ever taken from it. */
const fileIn = (project: string) => join(project, ".mcp-fleet", "completion.json");

/** What an earlier run kept, current or not; `undefined` where there is nothing to be read. */
export function recall(project: string): Known | undefined {
  try {
    return v.parse(Known, JSON.parse(readFileSync(fileIn(project), "utf8")));
  } catch {
    return undefined;
  }
}

export function isCurrent({ files }: Known): boolean {
  return Object.entries(files).every(([file, stamp]) => stampOf(file) === stamp);
}

/** Where nothing can be written, the next run reads the map again. */
export function keep(project: string, known: Known): void {
  try {
    mkdirSync(dirname(fileIn(project)), { recursive: true });
    writeFileSync(fileIn(project), JSON.stringify(known));
  } catch {}
}

/** When a file was last written, and its size. */
export function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return `${found?.mtimeMs} ${found?.size}`;
}
