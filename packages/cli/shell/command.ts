import { type Parent, type Runner, stageCommand } from "../command.ts";
import { findService } from "../stage.ts";

export function addShell(parent: Parent, runner: Runner): void {
  stageCommand(parent, "shell", "a shell inside a running task, or one command behind --")
    .argument("<service>", "its key in the map, or its host label")
    .argument("[command...]", "what to run in place of /bin/sh")
    .option("--task <id>", "which task; the first that runs unless told")
    .action((service, command, options) =>
      runner.onStage(options, async (stage) => {
        const { openShell } = await import("./shell.ts");
        const words = command.length > 0 ? command : ["/bin/sh"];
        return openShell(stage, findService(stage.plan, service), { task: options.task, command: words });
      }),
    );
}
