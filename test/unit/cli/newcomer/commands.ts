import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { createProgram } from "#cli/program.ts";
import { terminal } from "../doctor/examination.ts";

/** A command as it is typed, with something that fits each of its arguments. */
export interface Typed {
  readonly name: string;
  readonly path: readonly string[];
  readonly args: readonly string[];
  readonly command: CommandUnknownOpts;
}

const fitting: Readonly<Record<string, readonly string[]>> = {
  service: ["google_workspace"],
  secret: ["splunk"],
  version: ["0cc44518"],
  alarm: ["google_workspace"],
  shell: ["bash"],
  words: ["sta"],
  keys: [],
  command: [],
};

const nothing = async () => undefined;
export const program = createProgram({ onStage: nothing, onPlan: nothing, onProject: nothing }, terminal);

/** Every command and group of commands, as the program has them. */
export const all: readonly Typed[] = typed(program, []);
/** Those that do something. */
export const leaves = all.filter(({ command }) => command.commands.length === 0);
export const onStages = leaves.filter((one) => has(one, "--stage"));
export const readers = leaves.filter((one) => has(one, "--json"));

export function has({ command }: Typed, option: string): boolean {
  return command.options.some(({ long }) => long === option);
}

function typed(command: CommandUnknownOpts, path: readonly string[]): readonly Typed[] {
  const args = command.registeredArguments.flatMap((argument) => {
    const fits = fitting[argument.name()];
    if (fits === undefined) throw new Error(`Say in this file what fits <${argument.name()}> of ${path.join(" ")}.`);
    return fits;
  });
  const own = { name: ["fleet", ...path].join(" "), path, args, command };
  return [own, ...command.commands.flatMap((child) => typed(child, [...path, child.name()]))];
}

/** For `it.each`: a title, and the command. */
export const named = <T extends { readonly name: string }>(commands: readonly T[]) =>
  commands.map((one): readonly [string, T] => [one.name, one]);
