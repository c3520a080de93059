import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { UsageError } from "../failure.ts";

const watchesNoJson = "--watch is for people: leave out --json, or call it again.";

export function addStatus(parent: Parent, runner: Runner): void {
  stageCommand(parent, "status", "show whether all is well: services, alarms, rollouts, secrets")
    .option("--tasks", "also show each task, with the secret versions it runs on")
    .option("-w, --watch", "show it again every few seconds, until Ctrl-C")
    .option("--json", "everything, as JSON")
    .addHelpText(
      "after",
      `
SECRETS is current if every task has read the current version, "old since" if
not: the service then rolls automatically. Below the table is what is wrong, the
worst first: tasks, rollouts, alarms that ring, secrets that are overdue or need
a person. The exit code is 0 only if nothing is.
${examples("fleet status --stage prod", "fleet status --json | jq '.services[].targets'")}`,
    )
    .action((options) => {
      // Loads while AWS says whose credentials these are.
      const reading = import("./fleet.ts");
      return runner.onStage(options, async (stage) => {
        if (options.watch && options.json) throw new UsageError(watchesNoJson);
        if (!options.json && stage.terminal.interactive) stage.terminal.progress(`Reading ${stage.plan.stage}…`);
        const { readFleet } = await reading;
        const { findTroubles } = await import("./troubles.ts");
        const { showStatus } = await import("./show.ts");
        const { statusDocument } = await import("./document.ts");
        const { show } = await import("../watch.ts");
        return show(stage, options.watch ? "watch" : "once", async (rows) => {
          const fleet = await readFleet(stage);
          const now = Date.now();
          const lines = options.json
            ? [JSON.stringify(statusDocument(stage.plan, fleet, now), undefined, 2)]
            : showStatus(stage.plan, fleet, stage.terminal.paint, { tasks: options.tasks ?? false, now, rows });
          return { lines, code: findTroubles(fleet, now).length === 0 ? 0 : 1 };
        });
      });
    });
}
