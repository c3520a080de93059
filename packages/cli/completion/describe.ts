import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { type FleetDefinition, loadMapFrom } from "#fleet";
import { runsIn } from "#fleet/entry.ts";
import { createProgram } from "../program.ts";
import { createTerminal } from "../terminal.ts";
import type { Command, Names } from "./known.ts";

const nothing = async () => undefined;

export function describeProgram(): Command {
  const runner = { onStage: nothing, onPlan: nothing, onProject: nothing };
  return describeCommand(createProgram(runner, createTerminal(process)));
}

/** Throws `FleetError` where the map has a mistake. */
export async function readNames(): Promise<Names> {
  return namesOf(await loadMapFrom(() => import("#config")));
}

function describeCommand(command: CommandUnknownOpts): Command {
  return {
    name: command.name(),
    aliases: command.aliases(),
    options: command.options.map((option) => ({
      words: [option.long, option.short].filter((word) => typeof word === "string"),
      name: option.attributeName(),
      takesValue: option.required,
      choices: [...(option.argChoices ?? [])],
    })),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      variadic: argument.variadic,
      choices: [...(argument.argChoices ?? [])],
    })),
    commands: command.commands.map(describeCommand),
  };
}

export function namesOf(map: FleetDefinition): Names {
  const services = Object.entries(map.services);
  const servicesOf = (stage: string) => services.filter(([, one]) => runsIn(one, stage)).map(([key]) => key);
  return {
    stages: Object.fromEntries(Object.keys(map.stages).map((stage) => [stage, servicesOf(stage)])),
    services: Object.keys(map.services),
    secrets: Object.fromEntries(Object.entries(map.secrets).map(([key, { keys }]) => [key, Object.keys(keys)])),
  };
}
