import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { addAlarms } from "./alarms/command.ts";
import { addAudit } from "./audit/command.ts";
import { explainAws } from "./aws.ts";
import { createRun, type Runner } from "./command.ts";
import { addCompletion } from "./completion/command.ts";
import { addConsole } from "./console/command.ts";
import { addCost } from "./cost/command.ts";
import { addDiff } from "./diff/command.ts";
import { addDoctor } from "./doctor/command.ts";
import { type ExitCode, reasonOf, UsageError } from "./failure.ts";
import { addLogs } from "./logs/command.ts";
import { addOpen } from "./open/command.ts";
import { addRedeploy } from "./redeploy/command.ts";
import { addSecrets } from "./secrets/command.ts";
import { addShell } from "./shell/command.ts";
import type { Surroundings } from "./stage.ts";
import { addStatus } from "./status/command.ts";
import { columns } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** The commands with their options; what they do is loaded when one runs. */
export function createProgram(runner: Runner, terminal: Terminal) {
  const program = new Command("fleet")
    .description("The operator's hands on a fleet of MCP servers: the same against AWS\nand against npm start.")
    .showSuggestionAfterError()
    .configureHelp({ minWidthToWrap: 20, subcommandTerm: (command) => [command.name(), usageOf(command)].join(" ") })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
    })
    .exitOverride();
  for (const add of [
    addStatus,
    addLogs,
    addRedeploy,
    addShell,
    addSecrets,
    addAlarms,
    addAudit,
    addOpen,
    addConsole,
    addDoctor,
    addDiff,
    addCost,
  ])
    add(program, runner);
  addCompletion(program, terminal);
  return program;
}

/** What follows a command's name: every one has options, which its own help lists. */
function usageOf({ registeredArguments }: CommandUnknownOpts): string {
  return registeredArguments
    .map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`))
    .join(" ");
}

/** One run of `fleet`. Exit codes: 0 done and well, 1 failed or something is wrong, 2 wrong usage. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { terminal, signal } = surroundings;
  const { runner, outcome } = createRun(surroundings);
  try {
    await createProgram(runner, terminal).parseAsync([...args], { from: "user" });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (signal.aborted) return 1;
    terminal.note(explainAws(error, outcome.plan) ?? reasonOf(error));
    return error instanceof UsageError ? 2 : 1;
  }
}
