import { type DynamoDBClient, paginateQuery } from "@aws-sdk/client-dynamodb";
import type { GroupRecord } from "./record.ts";
import { recordOf } from "./stored-record.ts";

export interface IncidentQuery {
  readonly table: string;
  readonly destination: string;
  /** Only items with this attribute: `record`, which all but the claim have, or `open`, which ongoing ones have. */
  readonly having: "record" | "open";
  readonly reading: "consistent" | "eventual";
}

/** What was posted to one destination, by group. */
export async function queryRecords(
  client: DynamoDBClient,
  { table, destination, having, reading }: IncidentQuery,
): Promise<ReadonlyMap<string, GroupRecord>> {
  const found = new Map<string, GroupRecord>();
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "destination = :destination",
      FilterExpression: "attribute_exists(#having)",
      ExpressionAttributeNames: { "#having": having },
      ExpressionAttributeValues: { ":destination": { S: destination } },
      ConsistentRead: reading === "consistent",
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) found.set(item.group?.S ?? "", recordOf(item));
  }
  return found;
}
