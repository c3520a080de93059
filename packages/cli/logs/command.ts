import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { findService } from "../stage.ts";

export function addLogs(parent: Parent, runner: Runner): void {
  stageCommand(parent, "logs", "show what a service's tasks write")
    .argument("<service>", "its key in the map, or its host label")
    .option("-f, --follow", "keep showing new lines until Ctrl-C")
    .option("--since <time>", "how far back: 30s, 15m, 2h, 1d", "10m")
    .option("--filter <pattern>", "CloudWatch filter pattern: HEC, or '{ $.level = error }'")
    .option("--json", "one JSON object per line")
    .addHelpText(
      "after",
      examples("fleet logs google_workspace --follow", "fleet logs google_workspace --since 15m --filter HEC"),
    )
    .action((service, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { tailLogs } = await import("./tail.ts");
          await tailLogs(stage, {
            service: findService(stage.plan, service),
            sinceMs: parseDuration("--since", options.since),
            filter: options.filter,
            follow: options.follow ?? false,
            format: options.json ? "json" : "text",
          });
          return 0;
        },
        (plan) => [findService(plan, service), parseDuration("--since", options.since)],
      ),
    );
}
