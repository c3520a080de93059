import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { UsageError } from "../failure.ts";
import { findService } from "../stage.ts";

export function addRollback(parent: Parent, runner: Runner): void {
  stageCommand(parent, "rollback", "list the last revisions of a service, or go back to one of them")
    .argument("<service>", "its key in the map, or its host label")
    .option("--to <revision>", "the number of the revision to run again, at once")
    .option("--timeout <time>", "limit for the way back", "15m")
    .option("--json", "print the list as JSON")
    .addHelpText("after", examples("fleet rollback google_workspace", "fleet rollback google_workspace --to 41"))
    .action((service, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { goBack, listRevisions } = await import("./rollback.ts");
          const wanted = findService(stage.plan, service);
          if (options.to === undefined) return listRevisions(stage, wanted, options.json === true);
          return goBack(stage, wanted, parseRevision(options.to), parseDuration("--timeout", options.timeout));
        },
        (plan) => [
          findService(plan, service),
          parseDuration("--timeout", options.timeout),
          options.to === undefined || parseRevision(options.to),
        ],
      ),
    );
}

function parseRevision(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--to is ${text}; it must be the number of a revision: fleet rollback <service> lists them.`);
}
