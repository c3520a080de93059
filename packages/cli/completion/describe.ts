import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { type FleetDefinition, loadMapFrom, planStage, type ServicePlan, type StagePlan } from "#fleet";
import { probeAlarm } from "#fleet/definition.ts";
import { createProgram } from "../program.ts";
import { createTerminal } from "../terminal.ts";
import type { Command, Names, StageNames } from "./known.ts";

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
  return {
    stages: Object.fromEntries(Object.keys(map.stages).map((stage) => [stage, namesIn(planStage(map, stage))])),
    services: Object.keys(map.services),
    secrets: Object.fromEntries(Object.entries(map.secrets).map(([key, { keys }]) => [key, Object.keys(keys)])),
  };
}

function namesIn({ services }: StagePlan): StageNames {
  const alike = Map.groupBy(services, (service) => alarmsOf(service).join(" "));
  return {
    services: services.map(({ key }) => key),
    alarms: [...alike.values()].map((some) => ({
      services: some.map(({ key }) => key),
      kinds: some.slice(0, 1).flatMap(alarmsOf),
    })),
  };
}

/** Those that were not declined. */
function alarmsOf({ alarms, rates, probe }: ServicePlan): readonly string[] {
  const decisions = { ...alarms, ...rates, ...(probe !== undefined && { [probeAlarm]: probe }) };
  return Object.entries(decisions).flatMap(([name, { kind }]) => (kind === "set" ? name : []));
}
