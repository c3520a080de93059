import { examples, type Parent, type Runner, stageCommand } from "../command.ts";

export function addCost(parent: Parent, runner: Runner): void {
  stageCommand(parent, "cost", "estimate what a stage costs a month, and one more service")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
An estimate from fleet.config.ts and a table of list prices: it asks nobody, and
needs no credentials. What was billed is in AWS Cost Explorer.
${examples("fleet cost --stage prod")}`,
    )
    .action((options) =>
      runner.onPlan(options, async (plan, terminal) => {
        const { showCost } = await import("./show.ts");
        for (const line of showCost(plan, options.json ? "json" : "text", terminal.paint)) terminal.print(line);
        return 0;
      }),
    );
}
