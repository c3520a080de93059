import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
} from "@aws-sdk/client-dynamodb";
import * as v from "valibot";
import type { RoundMemory } from "./round.ts";
import { Standing } from "./standing.ts";
import { ToolRecord } from "./tool-record.ts";

const Stored = { standing: stored(Standing), tools: stored(ToolRecord), round: stored(v.object({ at: v.number() })) };
/** The one item of its kind. */
const lastRound = "last";

type Kind = keyof typeof Stored;
const keyOf = (kind: Kind, service: string) => ({ kind: { S: kind }, service: { S: service } });

/** What the probe knows: the kind is the partition, the service the sort key, so that a round reads one partition. */
export function createProbeTable(TableName: string, client: DynamoDBClient): RoundMemory {
  const put = async (kind: Kind, service: string, record: object) => {
    const Item = { ...keyOf(kind, service), record: { S: JSON.stringify(record) } };
    await client.send(new PutItemCommand({ TableName, Item }));
  };
  const remove = async (kind: Kind, service: string) => {
    await client.send(new DeleteItemCommand({ TableName, Key: keyOf(kind, service) }));
  };
  return {
    standings: () => readStandings(TableName, client),
    stand: (service, standing) => put("standing", service, standing),
    async forget(service) {
      await remove("tools", service);
      await remove("standing", service);
    },
    async toolsOf(service) {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf("tools", service) }));
      return v.parse(v.optional(Stored.tools), Item?.record?.S);
    },
    keepTools: (service, tools) => put("tools", service, tools),
    finish: (at) => put("round", lastRound, { at }),
  };
}

export async function readStandings(TableName: string, client: DynamoDBClient): Promise<ReadonlyMap<string, Standing>> {
  const found = new Map<string, Standing>();
  const pages = paginateQuery(
    { client },
    {
      TableName,
      KeyConditionExpression: "#kind = :kind",
      ExpressionAttributeNames: { "#kind": "kind" },
      ExpressionAttributeValues: { ":kind": { S: "standing" } },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const { service, record } of Items) found.set(service?.S ?? "", v.parse(Stored.standing, record?.S));
  }
  return found;
}

/** When the last round began, in milliseconds since the epoch; `undefined` before the first. */
export async function readLastRound(TableName: string, client: DynamoDBClient): Promise<number | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf("round", lastRound) }));
  return v.parse(v.optional(Stored.round), Item?.record?.S)?.at;
}

function stored<Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(v.string(), v.parseJson(), schema);
}
