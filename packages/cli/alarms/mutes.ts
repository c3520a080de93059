import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Mute, queryMutes } from "#chat/record/mute-table.ts";
import { timeOfDay } from "#chat/text/duration.ts";
import { names } from "#fleet";
import { orMissing } from "../aws.ts";
import type { Stage } from "../stage.ts";
import type { AlarmFacts } from "./read.ts";

/** The mutes in force; none where the stage has no chats, or is not deployed. */
export async function readMutes({ aws, plan }: Stage): Promise<readonly Mute[]> {
  if (plan.chat === undefined) return [];
  const call = queryMutes(aws.client(DynamoDBClient), names.incidentTable(plan.stage), Date.now());
  return (await orMissing(call, "ResourceNotFoundException")) ?? [];
}

/** `wiki is muted until 14:02 UTC by alice: deploying`. */
export function describeMute({ target, until, by, reason }: Mute, now: number): string {
  return `${target} is muted until ${timeOfDay(until, now)} by ${by}: ${reason}`;
}

export function muteOf({ name, service }: AlarmFacts, mutes: readonly Mute[]): Mute | undefined {
  return mutes.find(({ target }) => target === name || target === service);
}
