import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createIncidentTable } from "#chat/aws/incident-table.ts";
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
  const read = async (destination: string) => {
    const record = (await table.load(destination, [group])).get(group);
    const entry = record?.entries[alarmArn];
    return { told: entry?.told ?? false, since: entry?.since, sentAt: record?.lastSentAt };
  };
  const readAll = () => Promise.all(destinations.map(async (name) => [name, await read(name)] as const));
  const before = new Map(await readAll());
  const accepted = async () => {
    const isNew = ([name, { told, since, sentAt }]: Awaited<ReturnType<typeof readAll>>[number]) =>
      told && since !== before.get(name)?.since && sentAt !== before.get(name)?.sentAt;
    return (await readAll()).filter(isNew).map(([name]) => name);
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
