import { type Parent, type Runner, stageCommand } from "../command.ts";

export function addStatus(parent: Parent, runner: Runner): void {
  stageCommand(parent, "status", "services, tasks, health, deployments, and the secrets they run on")
    .option("--json", "everything that is known, as JSON")
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { readServices } = await import("./read.ts");
        const services = await readServices(stage);
        if (options.json) {
          const { statusDocument } = await import("./document.ts");
          stage.terminal.print(JSON.stringify(statusDocument(stage.plan, services), undefined, 2));
          return 0;
        }
        const { showStatus } = await import("./show.ts");
        for (const line of showStatus(stage.plan, services, stage.terminal.paint)) stage.terminal.print(line);
        return 0;
      }),
    );
}
