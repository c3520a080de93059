import { Option } from "@commander-js/extra-typings";
import { didYouMean } from "#fleet/nearest.ts";
import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { UsageError } from "../failure.ts";
import { shown } from "../stage.ts";
import { checkIds } from "./ids.ts";

const help = `
The worst comes last. If the map has chats, alarm-road sets off an alarm made
for it, and every chat shows a test message saying that nothing is wrong.
GOOGLE_ACCESS_TOKEN=$(gcloud auth print-access-token) lets google-apis look.

Exit codes: 0 no failures, 1 a failure (with --strict also a warning),
2 wrong usage. A check that lacks a permission fails; one with nothing to check
is skipped, which changes no exit code.

--json: {"stage", "results": [{"id", "verdict", "evidence", "remedy"}]}
verdict is ok, warning, failure or skipped; remedy is absent where there is
nothing to do; a check with several findings has several results.`;

export function addDoctor(parent: Parent, runner: Runner): void {
  stageCommand(parent, "doctor", "check the running stage for every known trap")
    .option("--json", "as JSON")
    .addOption(
      new Option("--only <check...>", "only these checks, with commas or spaces between")
        .choices(checkIds)
        .argParser<string[]>((text, before = []) => [...before, ...text.split(",").map(checkOf)]),
    )
    .option("--no-test-alarm", "inspect the alarm road without sending anything over it")
    .option("--timeout <time>", "limit for each check that waits: drift, alarm-road")
    .option("--strict", "exit with 1 for warnings, too")
    .addHelpText(
      "after",
      `${help}\n${examples("fleet doctor --only targets,mcp", "fleet doctor --no-test-alarm --strict --json")}`,
    )
    .action((options) => {
      const patienceMs = options.timeout === undefined ? undefined : parseDuration("--timeout", options.timeout);
      return runner.onStage(options, async (stage) => {
        const { runDoctor } = await import("./doctor.ts");
        return runDoctor(stage, {
          format: options.json ? "json" : "text",
          only: options.only,
          strict: options.strict ?? false,
          testAlarm: options.testAlarm ? "wanted" : "declined",
          patienceMs,
        });
      });
    });
}

/** Throws `UsageError`. */
function checkOf(word: string): string {
  if (checkIds.includes(word)) return word;
  const hint = didYouMean(word, checkIds);
  throw new UsageError(`--only ${shown(word)}: no such check. ${hint}There are ${checkIds.join(", ")}.`);
}
