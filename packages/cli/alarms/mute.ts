import { CloudWatchClient, EnableAlarmActionsCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { deleteMute, type Mute, putMute } from "#chat/record/mute-table.ts";
import { names } from "#fleet";
import { orMissing } from "../aws.ts";
import { type ExitCode, Failure, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readAuthor } from "./author.ts";
import { describeMute } from "./mutes.ts";
import { findAlarms, targetOf } from "./read.ts";

/** A mute that outlives a week is a decision for the map: a window, or an alarm that is declined. */
const longestMs = 7 * 24 * 60 * 60_000;

export interface Muting {
  readonly forMs: number;
  readonly reason: string | undefined;
}

/** The chats are told nothing of it, by whichever road it comes. What still lasts when the mute ends is told then. */
export async function muteAlarms(stage: Stage, wanted: string, { forMs, reason = "" }: Muting): Promise<ExitCode> {
  const { target } = await findTarget(stage, wanted);
  if (reason.trim() === "")
    throw new UsageError(`Why? Whoever is on call reads it: fleet alarms mute ${wanted} --reason "deploying"`);
  if (forMs <= 0 || forMs > longestMs)
    throw new UsageError("--for: up to 7d. For longer, add a window to `chat.mutes` in the map, or decline the alarm.");
  const table = tableOf(stage);
  const since = Date.now();
  const mute: Mute = { target, reason: reason.trim(), by: await readAuthor(stage), since, until: since + forMs };
  await deployed(putMute(stage.aws.client(DynamoDBClient), table, mute), stage);
  stage.terminal.print(describeMute(mute, since));
  stage.terminal.note(`To end it earlier: fleet alarms mute ${target} --off`);
  return 0;
}

/** Also for what others silenced in CloudWatch itself. */
export async function unmuteAlarms(stage: Stage, wanted: string): Promise<ExitCode> {
  const { target, silenced } = await findTarget(stage, wanted);
  if (stage.plan.chat !== undefined)
    await deployed(deleteMute(stage.aws.client(DynamoDBClient), tableOf(stage), target), stage);
  if (silenced.length > 0)
    await stage.aws.client(CloudWatchClient).send(new EnableAlarmActionsCommand({ AlarmNames: [...silenced] }));
  stage.terminal.print(`${target} is not muted`);
  return 0;
}

async function findTarget(stage: Stage, wanted: string) {
  const found = await findAlarms(stage, wanted);
  return {
    target: targetOf(stage.plan, wanted, found),
    silenced: found.filter(({ muted }) => muted).map(({ name }) => name),
  };
}

function tableOf({ plan }: Stage): string {
  if (plan.chat !== undefined) return names.incidentTable(plan.stage);
  throw new Failure(
    `Stage ${plan.stage} has no chats to keep silent. What subscribes to ${plan.alarmTopic.name}: aws cloudwatch disable-alarm-actions --alarm-names …`,
  );
}

async function deployed(call: Promise<void>, { plan }: Stage): Promise<void> {
  const done = await orMissing(
    call.then(() => true),
    "ResourceNotFoundException",
  );
  if (done === undefined) throw new Failure(`Stage ${plan.stage} has no table of incidents yet: deploy it.`);
}
