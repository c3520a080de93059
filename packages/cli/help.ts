import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { examples, type Parent } from "./command.ts";

/** The whole command as it is typed: `fleet secrets set`. */
export function pathOf(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** One line on how to use a command, or where they are listed. */
export function hintAt(command: CommandUnknownOpts): string {
  const path = pathOf(command);
  if (command.commands.length === 0) return `Usage: ${path} ${command.usage()}. Try ${path} --help`;
  return `Try ${path} --help for the list of commands.`;
}

/** `fleet help secrets set`, to any depth; commander's own help only knows the first word. */
export function addHelp(program: Parent): void {
  program.helpCommand(false);
  program
    .command("help")
    .description("show the help of a command")
    .argument("[command...]", "which command (default: all)")
    .option("--all", "the help of every command, one after the other")
    .addHelpText("after", examples("fleet help secrets set"))
    .action((words, { all }) => {
      const found = words.reduce<CommandUnknownOpts>((command, word) => {
        const child = command.commands.find((one) => one.name() === word);
        return child ?? command.error(`error: unknown command '${word}'`, { exitCode: 2 });
      }, program);
      for (const one of all ? withDescendants(found) : [found]) one.outputHelp();
    });
}

function withDescendants(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  const visible = command.createHelp().visibleCommands(command);
  return [command, ...visible.flatMap(withDescendants)];
}
