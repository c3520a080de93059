import { type Parent, type Runner, stageCommand } from "../command.ts";
import { findService } from "../stage.ts";

export function addShell(parent: Parent, runner: Runner): void {
  stageCommand(parent, "shell", "open a shell in a running task, or run one command after --")
    .alias("exec")
    .argument("<service>", "its key in the map, or its host label")
    .argument("[command...]", "what to run instead of a shell; its exit code is passed on")
    .option("--task <id>", "which task (default: the first that runs)")
    .action((service, command, options) =>
      runner.onStage(options, async (stage) => {
        const { openShell } = await import("./shell.ts");
        const words = command.length > 0 ? command : undefined;
        return openShell(stage, findService(stage.plan, service), { task: options.task, command: words });
      }),
    );
}
