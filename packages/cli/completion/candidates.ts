import { dashed } from "#fleet/names.ts";
import type { Command, Known, Names, Option, StageNames } from "./known.ts";

/** Where the cursor is in a command line: in which command, after which of its arguments, behind which option. */
interface Position {
  readonly command: Command;
  readonly given: readonly string[];
  readonly option: Option | undefined;
}

/** The value of `--stage` among words that may not be complete yet. */
function stageAmong(words: readonly string[]): string | undefined {
  const at = words.indexOf("--stage");
  const joined = words.find((word) => word.startsWith("--stage="))?.slice("--stage=".length);
  return at < 0 ? joined : words.slice(at + 1).find((word) => word !== "=");
}

/**
 * What can be typed at the cursor. Derived from the commands themselves: a new one completes without a line here.
 * @param words those after `fleet`, the last as typed so far
 * @param preset the stage where no word names one; one that the map does not have counts as none
 */
export function candidates(
  { program, names }: Pick<Known, "program" | "names">,
  words: readonly string[],
  preset?: string,
): readonly string[] {
  const typed = words.at(-1) ?? "";
  const position = words.slice(0, -1).reduce(advance, { command: program, given: [], option: undefined });
  // bash takes `--stage=lo` apart into three words.
  const current = typed === "=" ? "" : typed;
  const stage = stageAmong(words) ?? preset ?? "";
  const known = Object.hasOwn(names.stages, stage) ? names.stages[stage] : undefined;
  const services = known?.services ?? names.services;
  const alarms = alarmsNamed(current, known === undefined ? Object.values(names.stages) : [known]);
  const isService = services.some((key) => key.startsWith(current));
  const values = { ...names, services, alarms: isService && alarms.length > alarmsAtMost ? [] : alarms };
  return all(position, current, values).filter((word) => word.startsWith(current));
}

type Values = Names & { readonly alarms: readonly string[] };

/** Of more, services alone are suggested, as long as what is typed may be one. */
const alarmsAtMost = 100;

/** As `fleet alarms list` has them: without `<stage>-mcp-`. */
function alarmsNamed(current: string, stages: readonly StageNames[]): readonly string[] {
  const all = stages.flatMap(({ alarms }) =>
    alarms.flatMap(({ services, kinds }) => services.flatMap((key) => kinds.map((kind) => `${dashed(key)}-${kind}`))),
  );
  return [...new Set(all.filter((name) => name.startsWith(current)))];
}

function all({ command, given, option }: Position, current: string, names: Values): readonly string[] {
  if (option !== undefined) return valuesOf(option, given, names);
  const [flag = "", ...value] = current.split("=");
  const joined = value.length > 0 ? optionOf(command, flag) : undefined;
  if (joined !== undefined) return valuesOf(joined, given, names).map((one) => `${flag}=${one}`);
  const options = [...command.options.flatMap(({ words }) => words.slice(0, 1)), "--help"];
  const commands = given.length === 0 ? command.commands.map(({ name }) => name) : [];
  const operands = [...commands, ...operandsOf(command, given, names)];
  return current.startsWith("-") || operands.length === 0 ? options : operands;
}

function operandsOf(command: Command, given: readonly string[], names: Values): readonly string[] {
  const last = command.arguments.at(-1);
  const argument = command.arguments[given.length] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return [];
  return valuesOf(argument, given, names).filter((word) => !given.includes(word));
}

/** Arguments and options are known by what they are called. */
function valuesOf(
  { name, choices }: Pick<Option, "name" | "choices">,
  given: readonly string[],
  { stages, services, alarms, secrets }: Values,
): readonly string[] {
  switch (name) {
    case "stage":
      return Object.keys(stages);
    case "service":
      return services;
    case "alarm":
      return [...services, ...alarms];
    case "secret":
    case "secrets":
      return Object.keys(secrets);
    case "keys":
      return secrets[given[0] ?? ""] ?? [];
    default:
      return choices;
  }
}

function advance({ command, given, option }: Position, word: string): Position {
  if (option !== undefined) return { command, given, option: word === "=" ? option : undefined };
  if (word.startsWith("-")) {
    const found = optionOf(command, word);
    return { command, given, option: found?.takesValue === true ? found : undefined };
  }
  const child =
    given.length === 0
      ? command.commands.find(({ name, aliases }) => name === word || aliases.includes(word))
      : undefined;
  if (child !== undefined) return { command: child, given: [], option: undefined };
  return { command, given: [...given, word], option: undefined };
}

function optionOf({ options }: Command, word: string): Option | undefined {
  return options.find(({ words }) => words.includes(word));
}
