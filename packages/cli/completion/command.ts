import { join } from "node:path";
import { Argument } from "@commander-js/extra-typings";
import type { Parent, Runner } from "../command.ts";

const shells = ["bash", "zsh", "fish"] as const;

const help = `
It completes commands, options, and the names of stages, services, alarms,
secrets and their keys from fleet.config.ts, without asking AWS. It also makes
fleet a command of that shell, in any folder. In this folder:

  bash   eval "$(./fleet completion bash)"
  zsh    eval "$(./fleet completion zsh)"
  fish   ./fleet completion fish | source

For good: ./fleet completion bash >> ~/.bashrc, or zsh >> ~/.zshrc, or
fish > ~/.config/fish/conf.d/fleet.fish`;

export function addCompletion(program: Parent, runner: Runner): void {
  program
    .command("completion")
    .description("print the script that completes with Tab in a shell")
    .addArgument(new Argument("<shell>", "the shell to complete in").choices(shells))
    .addHelpText("after", help)
    .action((shell) =>
      runner.onProject(async ({ terminal, project }) => {
        const { completionFor } = await import("./script.ts");
        terminal.print(completionFor(shell, join(project, "fleet")));
      }),
    );
}
