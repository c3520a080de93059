import { type Parent, type Runner, stageCommand } from "../command.ts";

export function addDiff(parent: Parent, runner: Runner): void {
  stageCommand(parent, "diff", "what a deploy of the map would change, in words")
    .option("--json", "as JSON")
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { showDiff } = await import("./show.ts");
        return showDiff(stage, options.json ? "json" : "text");
      }),
    );
}
