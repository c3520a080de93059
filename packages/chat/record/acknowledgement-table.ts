import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
} from "@aws-sdk/client-dynamodb";
import * as v from "valibot";

/** Somebody has taken what lasted in a conversation when they saw it. */
export interface Acknowledgement {
  /** The conversation's group, in all chats. */
  readonly group: string;
  /** Who, as chats show it. */
  readonly by: string;
  /** Milliseconds since the epoch: the latest has it. */
  readonly at: number;
  /** What began later is not meant: when the message was posted that somebody answered. */
  readonly seenAt: number;
  /** Until when they keep it from the chats, if they do. */
  readonly silentUntil?: number | undefined;
}

/** The partition of acknowledgements in the incident table; no destination of a map has this name. */
const partition = "#acknowledgements";
/** What is told of it is kept with each conversation, which may last longer. */
const keptSeconds = 7 * 24 * 60 * 60;

const number = v.object({ N: v.pipe(v.string(), v.toNumber()) });
const Stored = v.object({
  group: v.object({ S: v.string() }),
  by: v.object({ S: v.string() }),
  at: number,
  seenAt: number,
  silentUntil: v.optional(number),
});

/** By group. */
export async function queryAcknowledgements(
  client: DynamoDBClient,
  table: string,
): Promise<ReadonlyMap<string, Acknowledgement>> {
  const found = new Map<string, Acknowledgement>();
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "destination = :acknowledgements",
      ExpressionAttributeValues: { ":acknowledgements": { S: partition } },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages)
    for (const item of Items) {
      const given = acknowledgementOf(item);
      found.set(given.group, given);
    }
  return found;
}

/** @returns `known` for one that is not newer than what is there: it was repeated, or somebody came first */
export async function putAcknowledgement(
  client: DynamoDBClient,
  table: string,
  { group, by, at, seenAt, silentUntil }: Acknowledgement,
): Promise<"new" | "known"> {
  const Item = {
    destination: { S: partition },
    group: { S: group },
    by: { S: by },
    at: { N: String(at) },
    seenAt: { N: String(seenAt) },
    ...(silentUntil !== undefined && { silentUntil: { N: String(silentUntil) } }),
    expiresAt: { N: String(Math.ceil(at / 1000) + keptSeconds) },
  };
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item,
        ConditionExpression: "attribute_not_exists(#at) OR #at < :at",
        ExpressionAttributeNames: { "#at": "at" },
        ExpressionAttributeValues: { ":at": { N: String(at) } },
      }),
    );
    return "new";
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return "known";
    throw error;
  }
}

function acknowledgementOf(item: Readonly<Record<string, AttributeValue>>): Acknowledgement {
  const { group, by, at, seenAt, silentUntil } = v.parse(Stored, item);
  return { group: group.S, by: by.S, at: at.N, seenAt: seenAt.N, silentUntil: silentUntil?.N };
}
