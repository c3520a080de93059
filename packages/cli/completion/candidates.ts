import type { CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { type FleetDefinition, planStage } from "#fleet";

/** What can be completed besides commands and options: names of the map. */
export interface Names {
  readonly stages: readonly string[];
  readonly services: readonly string[];
  /** Keys of each secret. */
  readonly secrets: Readonly<Record<string, readonly string[]>>;
}

/** @param stage the one already given; a name the map does not have counts as none */
export function namesOf(map: FleetDefinition, stage: string | undefined): Names {
  const stages = Object.keys(map.stages);
  const known = stage !== undefined && stages.includes(stage) ? planStage(map, stage).services : undefined;
  return {
    stages,
    services: known?.map(({ key }) => key) ?? Object.keys(map.services),
    secrets: Object.fromEntries(Object.entries(map.secrets).map(([key, { keys }]) => [key, Object.keys(keys)])),
  };
}

/** Where the cursor is in a command line: in which command, after which of its arguments, behind which option. */
interface Position {
  readonly command: CommandUnknownOpts;
  readonly given: readonly string[];
  readonly option: Option | undefined;
}

/** The value of `--stage` among words that may not be complete yet. */
export function stageAmong(words: readonly string[]): string | undefined {
  const at = words.indexOf("--stage");
  const joined = words.find((word) => word.startsWith("--stage="))?.slice("--stage=".length);
  return at < 0 ? joined : words.slice(at + 1).find((word) => word !== "=");
}

/**
 * What can be typed at the cursor. Derived from the commands themselves: a new one completes without a line here.
 * @param words those after `fleet`, the last as typed so far
 */
export function candidates(program: CommandUnknownOpts, words: readonly string[], names: Names): readonly string[] {
  const typed = words.at(-1) ?? "";
  const position = words.slice(0, -1).reduce(advance, { command: program, given: [], option: undefined });
  // bash takes `--stage=lo` apart into three words.
  const current = typed === "=" ? "" : typed;
  return all(position, current, names).filter((word) => word.startsWith(current));
}

/** The command that the script of a shell calls. */
export const hidden = "complete";

function all({ command, given, option }: Position, current: string, names: Names): readonly string[] {
  if (option !== undefined) return valuesOf(option.attributeName(), option.argChoices, given, names);
  const [flag = "", ...value] = current.split("=");
  const joined = value.length > 0 ? optionOf(command, flag) : undefined;
  if (joined !== undefined)
    return valuesOf(joined.attributeName(), joined.argChoices, given, names).map((one) => `${flag}=${one}`);
  const options = [...command.options.flatMap(({ long }) => long ?? []), "--help"];
  const commands = given.length === 0 ? command.commands.filter((child) => child.name() !== hidden) : [];
  const operands = [...commands.map((child) => child.name()), ...operandsOf(command, given, names)];
  return current.startsWith("-") || operands.length === 0 ? options : operands;
}

function operandsOf(command: CommandUnknownOpts, given: readonly string[], names: Names): readonly string[] {
  const last = command.registeredArguments.at(-1);
  const argument = command.registeredArguments[given.length] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return [];
  return valuesOf(argument.name(), argument.argChoices, given, names).filter((word) => !given.includes(word));
}

/** Arguments and options are known by what they are called. */
function valuesOf(
  name: string,
  choices: readonly string[] | undefined,
  given: readonly string[],
  { stages, services, secrets }: Names,
): readonly string[] {
  switch (name) {
    case "stage":
      return stages;
    case "service":
    case "alarm":
      return services;
    case "secret":
    case "secrets":
      return Object.keys(secrets);
    case "keys":
      return secrets[given[0] ?? ""] ?? [];
    default:
      return choices ?? [];
  }
}

function advance({ command, given, option }: Position, word: string): Position {
  if (option !== undefined) return { command, given, option: word === "=" ? option : undefined };
  if (word.startsWith("-")) {
    const found = optionOf(command, word);
    return { command, given, option: found?.required === true ? found : undefined };
  }
  const child =
    given.length === 0
      ? command.commands.find((one) => one.name() === word || one.aliases().includes(word))
      : undefined;
  if (child !== undefined) return { command: child, given: [], option: undefined };
  return { command, given: [...given, word], option: undefined };
}

function optionOf({ options }: CommandUnknownOpts, word: string): Option | undefined {
  return options.find(({ long, short }) => word === long || word === short);
}
