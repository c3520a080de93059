import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { UsageError } from "../failure.ts";
import { noServicesIn } from "../stage.ts";

export function addTop(parent: Parent, runner: Runner): void {
  stageCommand(parent, "top", "requests, failures, latency, CPU and memory of each service")
    .option("-w, --watch", "show it again every few seconds, until Ctrl-C")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
The last five minutes that CloudWatch has, the busiest service first. REQ/MIN is
their mean; P95, CPU and MEMORY are those of their worst minute.
${examples("fleet top --stage prod", "fleet top --watch")}`,
    )
    .action((options) =>
      runner.onStage(options, async (stage) => {
        if (options.watch && options.json)
          throw new UsageError("--watch is for people: leave out --json, or call it again.");
        const { readLoads } = await import("./read.ts");
        const { showLoads } = await import("./show.ts");
        const { show } = await import("../watch.ts");
        return show(stage, options.watch ? "watch" : "once", async () => {
          const loads = await readLoads(stage, Date.now());
          const lines = options.json
            ? [JSON.stringify({ stage: stage.plan.stage, services: loads }, undefined, 2)]
            : loads.length === 0
              ? [noServicesIn(stage.plan)]
              : showLoads(loads, stage.terminal.paint);
          return { lines, code: 0 };
        });
      }),
    );
}
