import * as v from "valibot";
import type { StagePlan } from "#fleet";
import { PreflightError } from "./preflight.ts";

const CommandLine = v.object({ _: v.optional(v.array(v.union([v.string(), v.number()])), []) });

/** The first word after `sst`, from what it hands to the configuration. Undefined where a program loads that. */
export function commandOf(commandLine: unknown): string | undefined {
  return v.parse(CommandLine, commandLine)._[0]?.toString();
}

/**
 * Makes SST leave with the code that is true. It reports to its maker before it fails, and waits for ever where that
 * host cannot be reached: Node then finds nothing left to do, and leaves with 0. So nothing is reported, and whatever
 * else SST comes to wait for is a failure as well: each of these commands leaves by `process.exit` when it is done.
 * https://nodejs.org/api/process.html#event-beforeexit
 */
export function leaveWithTrueCode(command: string | undefined): void {
  process.env.SST_TELEMETRY_DISABLED = "1";
  process.env.CDK_DISABLE_CLI_TELEMETRY = "true";
  if (command === undefined || !["deploy", "remove", "diff", "build"].includes(command)) return;
  process.once("beforeExit", () => {
    process.exitCode ||= 1;
  });
}

/**
 * `sst dev` replaces the functions of a stage by stubs, and gives their roles the whole of IoT and the bucket of the
 * bootstrap; `sst console` opens a server here that works on the stage with the operator's own rights.
 */
export function checkCommand(command: string | undefined, { stage, runsOn }: StagePlan): void {
  if (runsOn !== "aws") return;
  switch (command) {
    case "dev":
    case "start":
      throw new PreflightError(
        `sst ${command} would replace the functions of stage ${stage}, which runs on AWS, by stubs that call this machine. Nothing was touched. Use npm start, which runs the whole fleet here, or npx sst deploy --stage ${stage}.`,
      );
    case "console":
      throw new PreflightError(
        `sst console would open stage ${stage}, which runs on AWS, to a page outside of it. Nothing was touched. Use ./fleet console --stage ${stage}.`,
      );
    default:
  }
}
