import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createIncidentTable } from "#chat/aws/incident-table.ts";
import { emptyRecord, type GroupRecord, isUnsaid } from "#chat/record.ts";
import { names } from "#fleet";
import type { Stage } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";

/** Which chats accepted an alarm that was set off after the reception was opened. */
export interface Reception {
  /** Those that accepted it, of the destinations it was opened for: all of them, or how many there are in time. */
  within(atMostMs: number): Promise<readonly string[]>;
}

export interface Expected {
  readonly destinations: readonly string[];
  /** What the chats tell the alarm under. */
  readonly group: string;
  readonly alarmArn: string;
}

/**
 * The function writes down what a chat accepted, and only then. What is there now is compared with what is there later:
 * no clock of this machine has a say.
 */
export async function openReception(
  { aws, plan, signal }: Stage,
  { destinations, group, alarmArn }: Expected,
): Promise<Reception> {
  const table = createIncidentTable(names.incidentTable(plan.stage), aws.client(DynamoDBClient));
  const read = async (destination: string) => (await table.load(destination, [group])).get(group) ?? emptyRecord;
  const before = await Promise.all(destinations.map(async (name) => ({ name, record: await read(name) })));
  const accepted = async () => {
    const told = before.map(async ({ name, record }) => (isTold(alarmArn, record, await read(name)) ? [name] : []));
    return (await Promise.all(told)).flat();
  };
  return {
    within(atMostMs) {
      const deadline = Date.now() + atMostMs;
      const look = async () => {
        const found = await accepted();
        return found.length === destinations.length || Date.now() >= deadline ? found : undefined;
      };
      // It always ends by itself: what came in time is an answer, and not a failure to wait.
      const wait = { everyMs: pollMs(plan), atMostMs: Number.POSITIVE_INFINITY, signal, until: "the chats" };
      return waitFor(look, wait);
    },
  };
}

/** Whether the alarm went off, and a chat was told of it, between two looks at the record of its group. */
export function isTold(alarmArn: string, before: GroupRecord, now: GroupRecord): boolean {
  const [was, is] = [before.entries[alarmArn], now.entries[alarmArn]];
  if (is === undefined || !is.told || is.since === was?.since) return false;
  return !isUnsaid(is) && now.lastSentAt !== before.lastSentAt;
}
