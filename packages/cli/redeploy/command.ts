import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { findService } from "../stage.ts";

export function addRedeploy(parent: Parent, runner: Runner): void {
  stageCommand(parent, "redeploy", "new tasks in place of the old, without a dropped request")
    .argument("<service>", "its key in the map, or its host label")
    .option("-w, --wait", "stay until they serve; exit code 1 when they do not")
    .option("--timeout <time>", "how long --wait waits", "15m")
    .addHelpText("after", examples("fleet redeploy google_workspace --wait"))
    .action((service, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { redeploy, watchDeployment } = await import("./redeploy.ts");
          const wanted = findService(stage.plan, service);
          const deployment = await redeploy(stage, wanted);
          if (options.wait)
            return watchDeployment(stage, wanted, deployment, parseDuration("--timeout", options.timeout));
          stage.terminal.print(`${wanted.key} is rolling (${deployment}). fleet status shows how far it is.`);
          return 0;
        },
        (plan) => [findService(plan, service), parseDuration("--timeout", options.timeout)],
      ),
    );
}
