import { examples, type Parent, type Runner, stageCommand } from "../command.ts";

export function addStatus(parent: Parent, runner: Runner): void {
  stageCommand(parent, "status", "show services, tasks, health, deployments and secret versions")
    .option("--tasks", "also show each task, with the secret versions it runs on")
    .option("--json", "everything, as JSON")
    .addHelpText(
      "after",
      `
SECRETS is current if every task has read the current version, "old since" if
not: the service then rolls automatically. The exit code is 0 even for a fleet
in trouble; fleet doctor exits with 1.
${examples("fleet status --stage prod", "fleet status --json | jq '.services[].targets'")}`,
    )
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { readServices } = await import("./read.ts");
        if (!options.json && stage.terminal.interactive) stage.terminal.progress(`Reading ${stage.plan.stage}…`);
        const services = await readServices(stage);
        if (options.json) {
          const { statusDocument } = await import("./document.ts");
          stage.terminal.print(JSON.stringify(statusDocument(stage.plan, services), undefined, 2));
          return 0;
        }
        const { showStatus } = await import("./show.ts");
        const view = { tasks: options.tasks ?? false, now: Date.now() };
        for (const line of showStatus(stage.plan, services, stage.terminal.paint, view)) stage.terminal.print(line);
        return 0;
      }),
    );
}
