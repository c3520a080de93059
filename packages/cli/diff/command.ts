import { examples, type Parent, type Runner, stageCommand } from "../command.ts";

export function addDiff(parent: Parent, runner: Runner): void {
  stageCommand(parent, "diff", "what a deploy of the map would change, in plain words")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
+ comes, ~ changes, - goes, ✘ cannot be deployed.
The exit code is 0 whether there are changes or not.
${examples("fleet diff --stage prod", "fleet diff --json | jq '.changes | length'")}`,
    )
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { showDiff } = await import("./show.ts");
        return showDiff(stage, options.json ? "json" : "text");
      }),
    );
}
