import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createIncidentTable } from "#chat/record/incident-table.ts";
import { emptyRecord, type GroupRecord, isUnsaid } from "#chat/record/record.ts";
import { names } from "#fleet";
import type { Stage } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";

/** Which chats accepted an alarm that was set off after the reception was opened. */
export interface Reception {
  /** Those that accepted it, of the destinations it was opened for: all of them, or how many there are in time. */
  within(atMostMs: number): Promise<readonly string[]>;
  /** Those of these destinations that were told of its end, all or how many there are in time. */
  ended(destinations: readonly string[], atMostMs: number): Promise<readonly string[]>;
}

export interface Expected {
  readonly destinations: readonly string[];
  /** The conversation the alarm belongs to in the chats. */
  readonly group: string;
  readonly alarmArn: string;
  /** Done at each look, as long as not all have accepted it. */
  meanwhile?(): Promise<void>;
}

/**
 * The function records what a chat accepted, and only then. The records before and after are compared:
 * this machine's clock does not matter.
 */
export async function openReception(
  { aws, plan, signal }: Stage,
  { destinations, group, alarmArn, meanwhile }: Expected,
): Promise<Reception> {
  const table = createIncidentTable(names.incidentTable(plan.stage), aws.client(DynamoDBClient));
  const read = async (destination: string) => (await table.load(destination, [group])).get(group) ?? emptyRecord;
  const before = await Promise.all(destinations.map(async (name) => ({ name, record: await read(name) })));
  const accepted = async () => {
    const told = before.map(async ({ name, record }) => (isTold(alarmArn, record, await read(name)) ? [name] : []));
    return (await Promise.all(told)).flat();
  };
  /** It always ends on its own: whatever arrived in time is the answer, so running out of time is no failure. */
  const gather = (wanted: number, atMostMs: number, found: () => Promise<readonly string[]>) => {
    const deadline = Date.now() + atMostMs;
    const look = async () => {
      const names = await found();
      return names.length === wanted || Date.now() >= deadline ? names : undefined;
    };
    return waitFor(look, { everyMs: pollMs(plan), atMostMs: Number.POSITIVE_INFINITY, signal, until: "the chats" });
  };
  return {
    within: (atMostMs) =>
      gather(destinations.length, atMostMs, async () => {
        const names = await accepted();
        if (names.length < destinations.length) await meanwhile?.();
        return names;
      }),
    ended: (told, atMostMs) =>
      gather(told.length, atMostMs, async () => {
        const over = told.map(async (name) =>
          (await read(name)).entries[alarmArn]?.phase === "resolved" ? [name] : [],
        );
        return (await Promise.all(over)).flat();
      }),
  };
}

/** Whether the alarm went off and a chat accepted it between two reads of its group's record. */
export function isTold(alarmArn: string, before: GroupRecord, now: GroupRecord): boolean {
  const [was, is] = [before.entries[alarmArn], now.entries[alarmArn]];
  if (is === undefined || !is.told || is.since === was?.since) return false;
  return !isUnsaid(is) && now.lastSentAt !== before.lastSentAt;
}
