import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
} from "@aws-sdk/client-dynamodb";
import * as v from "valibot";

/** Somebody's decision that the chats are not told of something for a while. */
export interface Mute {
  /** A service's key, or an alarm's name. */
  readonly target: string;
  readonly reason: string;
  /** Who decided it. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

/** The partition of mutes in the incident table; no destination of a map has this name. */
const partition = "#mutes";
const keptSeconds = 24 * 60 * 60;

const Stored = v.object({
  group: v.object({ S: v.string() }),
  reason: v.object({ S: v.string() }),
  by: v.object({ S: v.string() }),
  since: v.object({ N: v.pipe(v.string(), v.toNumber()) }),
  until: v.object({ N: v.pipe(v.string(), v.toNumber()) }),
});

/** The mutes that are in force. */
export async function queryMutes(client: DynamoDBClient, table: string, now: number): Promise<readonly Mute[]> {
  const found: Mute[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "destination = :mutes",
      ExpressionAttributeValues: { ":mutes": { S: partition } },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) found.push(...Items.map(muteOf));
  // The table deletes what is over within days.
  return found.filter(({ until }) => until > now);
}

/** Replaces an earlier mute of the same target. */
export async function putMute(client: DynamoDBClient, table: string, mute: Mute): Promise<void> {
  await client.send(new PutItemCommand({ TableName: table, Item: itemOf(mute) }));
}

/** As `putMute`, unless what is there lasts longer: that one stays as it is. */
export async function extendMute(client: DynamoDBClient, table: string, mute: Mute): Promise<void> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: itemOf(mute),
        ConditionExpression: "attribute_not_exists(#until) OR #until < :until",
        ExpressionAttributeNames: { "#until": "until" },
        ExpressionAttributeValues: { ":until": { N: String(mute.until) } },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** Deleting what is gone already succeeds. */
export async function deleteMute(client: DynamoDBClient, table: string, target: string): Promise<void> {
  await client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(target) }));
}

function itemOf({ target, reason, by, since, until }: Mute): Record<string, AttributeValue> {
  return {
    ...keyOf(target),
    reason: { S: reason },
    by: { S: by },
    since: { N: String(since) },
    until: { N: String(until) },
    expiresAt: { N: String(Math.ceil(until / 1000) + keptSeconds) },
  };
}

function keyOf(target: string) {
  return { destination: { S: partition }, group: { S: target } };
}

function muteOf(item: Readonly<Record<string, AttributeValue>>): Mute {
  const { group, reason, by, since, until } = v.parse(Stored, item);
  return { target: group.S, reason: reason.S, by: by.S, since: since.N, until: until.N };
}
