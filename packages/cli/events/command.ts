import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { findService } from "../stage.ts";

export function addEvents(parent: Parent, runner: Runner): void {
  stageCommand(parent, "events", "what ECS says it did with services, newest last")
    .argument("[service...]", "keys in the map, or host labels (default: all)")
    .option("--since <time>", "how far back; ECS keeps the newest hundred of a service", "1d")
    .option("--json", "as JSON")
    .addHelpText("after", examples("fleet events google_workspace --since 1h"))
    .action((wanted, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { showEvents } = await import("./events.ts");
          const services = wanted.map((name) => findService(stage.plan, name));
          return showEvents(stage, services.length > 0 ? services : stage.plan.services, {
            sinceMs: parseDuration("--since", options.since),
            format: options.json ? "json" : "text",
          });
        },
        (plan) => [...wanted.map((name) => findService(plan, name)), parseDuration("--since", options.since)],
      ),
    );
}
