import { type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";

export function addAlarms(parent: Parent, runner: Runner): void {
  const alarms = parent.command("alarms").description("what CloudWatch watches, and whether anybody would hear");

  stageCommand(alarms, "list", "every alarm of the stage with its state")
    .option("--json", "as JSON")
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { listAlarms } = await import("./list.ts");
        return listAlarms(stage, options.json ? "json" : "text");
      }),
    );

  stageCommand(alarms, "test", "sets one alarm off, and sees where it arrives; it recovers by itself")
    .argument("<alarm>", "its name, or its service's key for the first of that")
    .option("--timeout <time>", "how long to wait until it was sent, and then until the chats have it", "60s")
    .action((alarm, options) => {
      const atMostMs = parseDuration("--timeout", options.timeout);
      return runner.onStage(options, async (stage) => {
        const { testAlarm } = await import("./test.ts");
        return testAlarm(stage, alarm, atMostMs);
      });
    });

  stageCommand(alarms, "mute", "an alarm, or all of a service, goes on watching and tells nobody")
    .argument("<alarm>", "its name, or its service's key")
    .option("--off", "tell again")
    .action((alarm, options) =>
      runner.onStage(options, async (stage) => {
        const { muteAlarms } = await import("./mute.ts");
        return muteAlarms(stage, alarm, options.off ?? false);
      }),
    );
}
