import { Option } from "@commander-js/extra-typings";
import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { checkIds } from "./ids.ts";

const help = `
What hurts comes last. Where the map tells chats, alarm-road sets off an alarm
that is there for it, and every chat shows a test that says nothing is wrong.
GOOGLE_ACCESS_TOKEN=$(gcloud auth print-access-token) lets google-apis look.

Exit codes: 0 nothing hurts, 1 a failure (with --strict a warning as well),
2 wrong usage. What a permission keeps it from is a
failure; skipped is what there is nothing to look at for, and changes no code.

--json: {"stage", "results": [{"id", "verdict", "evidence", "remedy"}]}
verdict is ok, warning, failure or skipped; remedy is absent where there is
nothing to do; a check with several findings has several results.`;

export function addDoctor(parent: Parent, runner: Runner): void {
  stageCommand(parent, "doctor", "every known trap, checked against the stage as it runs")
    .option("--json", "as JSON")
    .addOption(new Option("--only <check...>", "these checks alone").choices(checkIds))
    .option("--no-test-alarm", "look at the alarm road, and send nothing over it")
    .option("--timeout <time>", "how long each check that waits may take: drift, alarm-road")
    .option("--strict", "exit code 1 for warnings as well")
    .addHelpText(
      "after",
      `${help}\n${examples("fleet doctor --only targets mcp", "fleet doctor --no-test-alarm --strict --json")}`,
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
