import { examples, type Parent, type Runner, stageCommand } from "../command.ts";

export function addStatus(parent: Parent, runner: Runner): void {
  stageCommand(parent, "status", "services, tasks, health, deployments, and the secrets they run on")
    .option("--tasks", "each task as well, with the version of each secret it runs on")
    .option("--json", "everything that is known, as JSON")
    .addHelpText(
      "after",
      `
SECRETS is current where every task has read the version that is current, and
"old since" where one has not: it is rolled by itself. The exit code is 0 also
for a fleet that is not well; fleet doctor judges, and gives 1.
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
