import { type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";

export function addAlarms(parent: Parent, runner: Runner): void {
  const alarms = parent.command("alarms").description("what CloudWatch watches, and who would be notified");

  stageCommand(alarms, "list", "every alarm of the stage, with its state")
    .option("--json", "as JSON")
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { listAlarms } = await import("./list.ts");
        return listAlarms(stage, options.json ? "json" : "text");
      }),
    );

  stageCommand(alarms, "test", "set off one alarm and see where it arrives; it recovers on its own")
    .argument("<alarm>", "its name, or a service's key for its first alarm")
    .option("--timeout <time>", "how long to wait for it to be sent, and again for the chats to accept it", "60s")
    .action((alarm, options) => {
      const atMostMs = parseDuration("--timeout", options.timeout);
      return runner.onStage(options, async (stage) => {
        const { testAlarm } = await import("./test.ts");
        return testAlarm(stage, alarm, atMostMs);
      });
    });

  stageCommand(alarms, "mute", "an alarm, or all of a service's, keeps watching but notifies nobody")
    .argument("<alarm>", "its name, or its service's key")
    .option("--off", "notify again")
    .action((alarm, options) =>
      runner.onStage(options, async (stage) => {
        const { muteAlarms } = await import("./mute.ts");
        return muteAlarms(stage, alarm, options.off ?? false);
      }),
    );
}
