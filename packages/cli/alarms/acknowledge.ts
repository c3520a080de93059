import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { groupOfAlarm } from "#chat/decide/route.ts";
import { nudge } from "#chat/parse/nudge.ts";
import { putAcknowledgement } from "#chat/record/acknowledgement-table.ts";
import { names } from "#fleet";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readAuthor } from "./author.ts";
import { findAlarms } from "./read.ts";
import { putOnRoad } from "./road-queue.ts";

/** As the button in Slack does: every chat names who has it, and reminders call nobody else. */
export async function acknowledgeAlarms(stage: Stage, wanted: string): Promise<ExitCode> {
  const { plan, aws, terminal } = stage;
  if (plan.chat === undefined) throw new Failure(`Stage ${plan.stage} has no chats.`);
  const [alarm] = await findAlarms(stage, wanted);
  if (alarm === undefined) return 1;
  const group = groupOfAlarm(alarm.name, alarm.service);
  const by = await readAuthor(stage);
  const at = Date.now();
  await putAcknowledgement(aws.client(DynamoDBClient), names.incidentTable(plan.stage), { group, by, at, seenAt: at });
  await putOnRoad(stage, nudge);
  terminal.print(`What lasts of ${group} is yours, ${by}: every chat says so within a minute.`);
  return 0;
}
