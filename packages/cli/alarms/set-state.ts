import { CloudWatchClient, DescribeAlarmHistoryCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import type { Stage } from "../stage.ts";

/** Sets an alarm's state; CloudWatch notifies as for a real change, and its next evaluation restores the true state. */
export async function setState(
  { aws }: Stage,
  AlarmName: string,
  StateValue: "ALARM" | "OK",
  StateReason: string,
): Promise<void> {
  await aws.client(CloudWatchClient).send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason }));
}

export interface Action {
  readonly summary: string;
  readonly done: boolean;
}

/** What CloudWatch made of the alarm's last action since then, if there was one. */
export async function readAction({ aws }: Stage, AlarmName: string, StartDate: Date): Promise<Action | undefined> {
  const command = new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: "Action", StartDate });
  const [item] = (await aws.client(CloudWatchClient).send(command)).AlarmHistoryItems ?? [];
  const summary = item?.HistorySummary;
  return summary === undefined ? undefined : { summary, done: summary.startsWith("Successfully") };
}
