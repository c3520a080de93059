import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { queryRecords } from "#chat/record/incident-query.ts";
import { queryMutes } from "#chat/record/mute-table.ts";
import { type ChatPlan, names, type StagePlan } from "#fleet";
import type { Chats } from "../model/chat.ts";
import type { Clients } from "./clients.ts";
import { messagesOf, type Told } from "./messages.ts";
import { createQueueReader } from "./queue.ts";

const nobody: Chats = { chats: [], messages: [], mutes: [], waiting: 0, dead: 0 };

/** The conversations as `alarm-to-chat` records them: no chat is asked. */
export function createChatReader({ stage, chat }: StagePlan, { dynamo, queues }: Clients): () => Promise<Chats> {
  if (chat === undefined) return async () => nobody;
  const table = names.incidentTable(stage);
  const queue = names.alarmQueue(stage);
  const waiting = createQueueReader(queue, queues);
  const dead = createQueueReader(`${queue}-dead`, queues);

  const toldTo = (destination: string): Promise<Told> =>
    orMissing(queryRecords(dynamo, { table, destination, having: "record", reading: "eventual" }), new Map());

  return async () => {
    const destinations = Object.keys(chat.destinations);
    const [queued, given, mutes, ...told] = await Promise.all([
      waiting(),
      dead(),
      orMissing(queryMutes(dynamo, table, Date.now()), []),
      ...destinations.map(toldTo),
    ]);
    const byDestination = new Map(destinations.map((name, at) => [name, told[at] ?? new Map()]));
    return { ...chatsOf(chat, byDestination, queued, given), mutes: [...mutes] };
  };
}

/** Before the first deploy, and after a removal, there is no table. */
async function orMissing<T>(reading: Promise<T>, missing: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return missing;
    throw error;
  }
}

/** @param told by destination */
export function chatsOf(
  plan: ChatPlan,
  told: ReadonlyMap<string, Told>,
  waiting: number,
  dead: number,
): Omit<Chats, "mutes"> {
  return {
    chats: Object.entries(plan.destinations).map(([name, { receiver }]) => {
      const lastToldAt = Math.max(0, ...[...(told.get(name)?.values() ?? [])].map(({ lastSentAt }) => lastSentAt));
      return { name, receiver, ...(lastToldAt === 0 ? {} : { lastToldAt }) };
    }),
    messages: [...messagesOf(plan, told, waiting > 0)],
    waiting,
    dead,
  };
}
