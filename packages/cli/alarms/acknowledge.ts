import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { groupOfAlarm, muteTargetOf } from "#chat/decide/route.ts";
import { nudge } from "#chat/parse/nudge.ts";
import { putAcknowledgement } from "#chat/record/acknowledgement-table.ts";
import { putMute } from "#chat/record/mute-table.ts";
import { timeOfDay } from "#chat/text/duration.ts";
import { names } from "#fleet";
import { type ExitCode, Failure } from "../failure.ts";
import type { Deployed, Stage } from "../stage.ts";
import { readAuthor } from "./author.ts";
import { findAlarms } from "./read.ts";
import { putOnRoad } from "./road-queue.ts";

export async function acknowledgeAlarms(stage: Stage, wanted: string): Promise<ExitCode> {
  stage.terminal.print(await takeAlarms(stage, wanted));
  return 0;
}

/**
 * As the buttons in Slack do: every chat names who has it, reminders call nobody else, and for a while it may be silent.
 * @param silentMs how long the chats are to hear nothing more of it. Default: they hear
 * @returns what came of it, in a sentence
 */
export async function takeAlarms(stage: Deployed, wanted: string, silentMs = 0): Promise<string> {
  const { plan, aws } = stage;
  if (plan.chat === undefined) throw new Failure(`Stage ${plan.stage} has no chats.`);
  const [alarm] = await findAlarms(stage, wanted);
  if (alarm === undefined) throw new Failure(`Stage ${plan.stage} has no alarm ${wanted}.`);
  const group = groupOfAlarm(alarm.name, alarm.service);
  const target = silentMs > 0 ? muteTargetOf(group) : undefined;
  const by = await readAuthor(stage);
  const at = Date.now();
  const silentUntil = target === undefined ? undefined : at + silentMs;
  const [client, table] = [aws.client(DynamoDBClient), names.incidentTable(plan.stage)];
  await putAcknowledgement(client, table, { group, by, at, seenAt: at, silentUntil });
  if (target !== undefined && silentUntil !== undefined)
    await putMute(client, table, { target, reason: "from the console", by, since: at, until: silentUntil });
  await putOnRoad(stage, nudge);
  const silent = silentUntil === undefined ? "" : `, and silent until ${timeOfDay(silentUntil, at)}`;
  return `What lasts of ${group} is yours, ${by}${silent}: every chat says so within a minute.`;
}
