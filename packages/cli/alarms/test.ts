import { CloudWatchClient, DescribeAlarmHistoryCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";
import { findAlarms } from "./read.ts";

/**
 * Sets an alarm off, as a real one would be told, and waits until CloudWatch has sent it. The next evaluation sets it
 * back, which is told as well: the way there and back is tested.
 */
export async function testAlarm(stage: Stage, wanted: string, atMostMs: number): Promise<ExitCode> {
  const { aws, terminal, signal, plan } = stage;
  const [alarm] = await findAlarms(stage, wanted);
  if (alarm === undefined) return 1;
  if (alarm.muted) throw new Failure(`${alarm.name} is muted: fleet alarms mute ${alarm.name} --off, then again.`);
  if (alarm.actions.length === 0) throw new Failure(`${alarm.name} tells nobody: it has no actions. Deploy the stage.`);
  if (alarm.state === "ALARM") throw new Failure(`${alarm.name} is in ALARM already, for real: ${alarm.reason}`);
  const began = new Date(Date.now() - 1_000);
  await aws.client(CloudWatchClient).send(
    new SetAlarmStateCommand({
      AlarmName: alarm.name,
      StateValue: "ALARM",
      StateReason: "A test by fleet alarms test: nothing is wrong. It recovers with the next evaluation.",
    }),
  );
  terminal.note(terminal.paint.dim(`${alarm.name} is set off`));
  const until = `${alarm.name} to be sent; see the history of the alarm and the policy of its topic`;
  const sent = await waitFor(() => readAction(stage, alarm.name, began), {
    everyMs: pollMs(plan),
    atMostMs,
    signal,
    until,
  });
  terminal.print(sent.summary);
  if (!sent.done) return 1;
  terminal.print("Look into the chats: it must be there, and in a minute or two its recovery.");
  return 0;
}

interface Action {
  readonly summary: string;
  readonly done: boolean;
}

async function readAction({ aws }: Stage, AlarmName: string, StartDate: Date): Promise<Action | undefined> {
  const command = new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: "Action", StartDate });
  const [item] = (await aws.client(CloudWatchClient).send(command)).AlarmHistoryItems ?? [];
  const summary = item?.HistorySummary;
  return summary === undefined ? undefined : { summary, done: summary.startsWith("Successfully") };
}
