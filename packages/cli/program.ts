import { readFileSync } from "node:fs";
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import * as v from "valibot";
import { addAdd, addRemove } from "./add/command.ts";
import { addAlarms } from "./alarms/command.ts";
import { addAudit } from "./audit/command.ts";
import { explainAws } from "./aws.ts";
import { createRun, type Runner } from "./command.ts";
import { addCompletion } from "./completion/command.ts";
import { addConnect } from "./connect/command.ts";
import { addConsole } from "./console/command.ts";
import { addCost } from "./cost/command.ts";
import { addDeploy } from "./deploy/command.ts";
import { addDiff } from "./diff/command.ts";
import { addDoctor } from "./doctor/command.ts";
import { addDrill } from "./drill/command.ts";
import { addEvents } from "./events/command.ts";
import { type ExitCode, Failure, reasonOf, UsageError } from "./failure.ts";
import { addHelp, hintAt } from "./help.ts";
import { addHistory } from "./history/command.ts";
import { addLogs } from "./logs/command.ts";
import { addMove } from "./move/command.ts";
import { addOpen } from "./open/command.ts";
import { addPolicy } from "./policy/command.ts";
import { addRedeploy } from "./redeploy/command.ts";
import { addRollback } from "./rollback/command.ts";
import { addScale } from "./scale/command.ts";
import { addSchema } from "./schema/command.ts";
import { addSecrets } from "./secrets/command.ts";
import { addShell } from "./shell/command.ts";
import type { Surroundings } from "./stage.ts";
import { addStatus } from "./status/command.ts";
import { columns } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { addTop } from "./top/command.ts";

/** The commands with their options; what they do is loaded when one runs. */
export function createProgram(runner: Runner, terminal: Terminal) {
  const program = new Command("fleet")
    .description("Operates a fleet of MCP servers, on AWS and under npm start alike.")
    .showSuggestionAfterError()
    .configureHelp({ minWidthToWrap: 20, subcommandTerm: (command) => [command.name(), usageOf(command)].join(" ") })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: (text, write) => write(inOurWords(text)),
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
    })
    .exitOverride()
    .version(readVersion(), "--version", "the version of mcp-fleet")
    .option("--stage <stage>", "the stage a command is for, before or after its name");
  for (const add of [
    addStatus,
    addLogs,
    addEvents,
    addTop,
    addHistory,
    addDeploy,
    addRedeploy,
    addRollback,
    addScale,
    addShell,
    addSecrets,
    addAlarms,
    addAudit,
    addOpen,
    addConnect,
    addConsole,
    addDoctor,
    addDrill,
    addDiff,
    addCost,
    addAdd,
    addRemove,
    addPolicy,
    addMove,
  ])
    add(program, runner);
  addSchema(program, runner);
  addCompletion(program, runner);
  addHelp(program);
  addHints(program);
  return program.addHelpText("after", conventions);
}

const conventions = `
Instead of --stage, FLEET_STAGE may be set. Commands that read take --json: one
document on stdout (logs: one per line) and nothing else; fields may be added,
never removed or renamed.
Exit codes: 0 done, 1 failed or cut short by Ctrl-C, 2 wrong usage.`;

/** A wrong command line is answered with the right usage. */
function addHints(command: CommandUnknownOpts): void {
  command.showHelpAfterError(hintAt(command));
  command.commands.forEach(addHints);
}

/**
 * Commander's message in the form of the other errors: one sentence on one line. What follows a `=` may be a secret.
 */
function inOurWords(text: string): string {
  return text
    .replace(/^error: ./, (start) => start.slice(-1).toUpperCase())
    .replace(/option '(--\S+)[^']*' argument '([^']*)' is invalid\. Allowed choices are /i, "$1 $2: use ")
    .replace(
      /command-argument value '([^']*)' is invalid for argument '([^']*)'\. Allowed choices are /i,
      "$2 $1: use ",
    )
    .replace(/\n\(Did you mean (.*)\?\)/, ". Did you mean $1?")
    .replace(/(unknown option '[^'=]+)=[^']*'/i, "$1'");
}

function readVersion(): string {
  const { version } = v.parse(
    v.pipe(v.string(), v.parseJson(), v.object({ version: v.string() })),
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return version;
}

/** What follows a command's name: every one has options, which its own help lists. */
function usageOf({ registeredArguments }: CommandUnknownOpts): string {
  return registeredArguments
    .map((argument) => {
      const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    })
    .join(" ");
}

/** One run of `fleet`. Exit codes: 0 done, 1 failed or something is wrong, 2 wrong usage. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { terminal, signal } = surroundings;
  const { runner, outcome } = createRun(surroundings);
  const program = createProgram(runner, terminal);
  program.hook("preAction", () => {
    outcome.stage = program.opts().stage;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.progress("");
    // A command that Ctrl-C cuts short reports that itself, if there is anything to report.
    if (signal.aborted && !(error instanceof Failure)) return 1;
    terminal.note(explainAws(error, outcome.plan) ?? reasonOf(error));
    return error instanceof UsageError ? 2 : 1;
  }
}
