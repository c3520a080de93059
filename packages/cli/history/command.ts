import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { findService } from "../stage.ts";
import { table } from "../table.ts";

/** As many fit on a screen; `--json` has them all. */
const shown = 30;

export function addHistory(parent: Parent, runner: Runner): void {
  stageCommand(parent, "history", "releases, rolls, secrets, scalings, alarms and failures of a service")
    .argument("<service>", "its key in the map, or its host label")
    .option("--json", "print JSON, all that AWS keeps")
    .addHelpText("after", examples("fleet history google_workspace"))
    .action((service, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { readMoments } = await import("./moments.ts");
          const moments = await readMoments(stage, findService(stage.plan, service));
          const iso = (at: number) => new Date(at).toISOString();
          if (options.json) {
            stage.terminal.print(
              JSON.stringify(
                moments.map((one) => ({ ...one, at: iso(one.at) })),
                null,
                2,
              ),
            );
            return 0;
          }
          const rows = moments.slice(0, shown).map(({ at, kind, text }) => [iso(at).slice(0, 19), kind, text]);
          stage.terminal.print(table(["WHEN (UTC)", "WHAT", ""], rows).join("\n"));
          return 0;
        },
        (plan) => findService(plan, service),
      ),
    );
}
