import { type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";

/** How an alarm can be named in a command line. */
const alarmWords = "its name, whole or without <stage>-mcp-";

export function addAlarms(parent: Parent, runner: Runner): void {
  const alarms = parent.command("alarms").description("what CloudWatch watches, and who would be notified");

  stageCommand(alarms, "list", "every alarm of the stage, with its state")
    .option("--firing", "only those in ALARM; exit with 1 if there are any")
    .option("--json", "as JSON")
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { listAlarms } = await import("./list.ts");
        return listAlarms(stage, options.firing ? "firing" : "all", options.json ? "json" : "text");
      }),
    );

  stageCommand(alarms, "test", "set off one alarm and see where it arrives; it recovers on its own")
    .argument("<alarm>", `${alarmWords}, or a service's key for its first alarm`)
    .option("--timeout <time>", "how long to wait for it to be sent, and again for the chats to accept it", "60s")
    .action((alarm, options) => {
      const atMostMs = parseDuration("--timeout", options.timeout);
      return runner.onStage(options, async (stage) => {
        const { testAlarm } = await import("./test.ts");
        return testAlarm(stage, alarm, atMostMs);
      });
    });

  stageCommand(alarms, "close", "end in the chats what lasts there, of an alarm or of all a service's")
    .argument("<alarm>", `${alarmWords}, or its service's key for all`)
    .action((alarm, options) =>
      runner.onStage(options, async (stage) => {
        const { closeAlarms } = await import("./close.ts");
        return closeAlarms(stage, alarm);
      }),
    );

  stageCommand(alarms, "mute", "the chats are told nothing of an alarm, or of all a service's, for a while")
    .argument("<alarm>", `${alarmWords}, or its service's key for all`)
    .option("--for <time>", "until it ends by itself, at most 7d", "1h")
    .option("--reason <text>", "why, for whoever is on call")
    .option("--off", "end it now")
    .action((alarm, options) => {
      const forMs = parseDuration("--for", options.for);
      return runner.onStage(options, async (stage) => {
        const { muteAlarms, unmuteAlarms } = await import("./mute.ts");
        if (options.off) return unmuteAlarms(stage, alarm);
        return muteAlarms(stage, alarm, { forMs, reason: options.reason });
      });
    });
}
