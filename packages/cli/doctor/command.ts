import { type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";

export function addDoctor(parent: Parent, runner: Runner): void {
  stageCommand(parent, "doctor", "every known trap, checked against the stage as it runs")
    .option("--json", "as JSON")
    .option("--only <check...>", "these checks alone, by their ids")
    .option("--no-test-alarm", "look at the alarm road, and send nothing over it")
    .option("--timeout <time>", "how long each check that waits may take: drift, alarm-road")
    .option("--strict", "exit code 1 for warnings as well")
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { runDoctor } = await import("./doctor.ts");
        return runDoctor(stage, {
          format: options.json ? "json" : "text",
          only: options.only,
          strict: options.strict ?? false,
          testAlarm: options.testAlarm ? "wanted" : "declined",
          patienceMs: options.timeout === undefined ? undefined : parseDuration("--timeout", options.timeout),
        });
      }),
    );
}
