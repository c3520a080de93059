import { CloudWatchClient, DisableAlarmActionsCommand, EnableAlarmActionsCommand } from "@aws-sdk/client-cloudwatch";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { findAlarms } from "./read.ts";

/** Recurring windows belong in the map, under `chat.mutes`: this is for an hour of manual work. */
export async function muteAlarms(stage: Stage, wanted: string, off: boolean): Promise<ExitCode> {
  const AlarmNames = (await findAlarms(stage, wanted)).map(({ name }) => name);
  const client = stage.aws.client(CloudWatchClient);
  if (off) await client.send(new EnableAlarmActionsCommand({ AlarmNames }));
  else await client.send(new DisableAlarmActionsCommand({ AlarmNames }));
  for (const name of AlarmNames) stage.terminal.print(`${name} ${off ? "is no longer muted" : "is muted"}`);
  if (!off) stage.terminal.note(`To unmute: fleet alarms mute ${wanted} --off`);
  return 0;
}
