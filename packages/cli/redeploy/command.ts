import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { findService } from "../stage.ts";

export function addRedeploy(parent: Parent, runner: Runner): void {
  stageCommand(parent, "redeploy", "replace a service's tasks without dropping a request")
    .argument("<service>", "its key in the map, or its host label")
    .option("-w, --wait", "wait until they serve; exit with 1 if they do not")
    .option("--timeout <time>", "limit for --wait", "15m")
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
          stage.terminal.print(`${wanted.key} is rolling (${deployment}). fleet status shows the progress.`);
          return 0;
        },
        (plan) => [findService(plan, service), parseDuration("--timeout", options.timeout)],
      ),
    );
}
