import { Argument } from "@commander-js/extra-typings";
import type { Parent } from "../command.ts";
import type { Terminal } from "../terminal.ts";

const shells = ["bash", "zsh", "fish"] as const;

export function addCompletion(program: Parent, terminal: Terminal): void {
  program
    .command("completion")
    .description("completion of commands and options for a shell")
    .addArgument(new Argument("<shell>", "the shell that is to complete").choices(shells))
    .addHelpText(
      "after",
      "\n  bash, zsh:  source <(npx fleet completion zsh)\n  fish:       npx fleet completion fish | source",
    )
    .action(async (shell) => {
      const { completionFor } = await import("./script.ts");
      terminal.print(completionFor(shell, program));
    });
}
