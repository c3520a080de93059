import { examples, type Parent, type Runner, stageCommand } from "../command.ts";

export function addDeploy(parent: Parent, runner: Runner): void {
  stageCommand(parent, "deploy", "say what a deploy would change, ask, and run sst deploy")
    .option("-y, --yes", "do not ask first (a pipe cannot be asked)")
    .addHelpText(
      "after",
      `
The same as fleet diff and then npx sst deploy, whose output goes to
.mcp-fleet/deploy-<stage>.log; shown is what each service is doing, and why one
does not start. Ctrl-C leaves CloudFormation at work: fleet status shows how it
goes on.
${examples("fleet deploy --stage prod")}`,
    )
    .action(({ yes = false, ...options }) =>
      runner.onStage(options, async (stage) => {
        const { deploy } = await import("./deploy.ts");
        return deploy(stage, yes ? "agreed" : "ask");
      }),
    );
}
