import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { findService } from "../stage.ts";
import { parseTasks } from "./tasks.ts";

export function addScale(parent: Parent, runner: Runner): void {
  stageCommand(parent, "scale", "change how many tasks of a service run now")
    .argument("<service>", "its key in the map, or its host label")
    .argument("<tasks>", "how many; 0 takes it offline")
    .option("-w, --wait", "wait until so many run")
    .option("--timeout <time>", "limit for --wait", "15m")
    .addHelpText(
      "after",
      `
For now: the next deploy that changes the service goes back to the map's number.
${examples("fleet scale google_workspace 4 --wait")}`,
    )
    .action((service, tasks, { wait = false, timeout, ...options }) =>
      runner.onStage(
        options,
        async (stage) => {
          const { scale } = await import("./scale.ts");
          const atMostMs = wait ? parseDuration("--timeout", timeout) : undefined;
          return scale(stage, findService(stage.plan, service), parseTasks(tasks), atMostMs);
        },
        (plan) => [findService(plan, service), parseTasks(tasks), parseDuration("--timeout", timeout)],
      ),
    );
}
