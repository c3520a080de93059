import { examples, type Parent, type Runner, stageCommand } from "../command.ts";

const help = `
It reads a state or a plan of Terraform, and asks the account: what collides
with the stage, what it can take over, and in which order. It changes nothing,
and shows no value of a secret or a variable. A plan is made readable by
terraform show -json <plan>; - reads a pipe.

collides  a step would fail or do harm    adopt  the stage can take it over
differs   the map says otherwise          do     by hand, before the step
Exit codes: 0 nothing collides, 1 something does or could not be asked, 2 wrong
usage.`;

export function addMove(parent: Parent, runner: Runner): void {
  const move = parent.command("move").description("come from Terraform, side by side");
  stageCommand(move, "check", "what of a Terraform set-up meets the stage, step by step")
    .argument("<state>", "its state, or a state or plan as terraform show -json prints it")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `${help}\n${examples("terraform state pull | fleet move check - --stage live", "fleet move check plan.json --json")}`,
    )
    .action((state, options) =>
      runner.onStage(options, async (stage) => {
        const { checkMove } = await import("./check.ts");
        return checkMove(stage, state, options.json ? "json" : "text");
      }),
    );
}
