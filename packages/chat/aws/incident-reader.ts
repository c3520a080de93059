import { type DynamoDBClient, paginateQuery } from "@aws-sdk/client-dynamodb";
import type { GroupRecord } from "../record.ts";
import { recordOf } from "./stored-record.ts";

/**
 * Everything one destination was told, by group, for somebody who only looks: a reading may be a second behind. Needs
 * `dynamodb:Query` and nothing else.
 */
export async function readRecords(
  table: string,
  client: DynamoDBClient,
  destination: string,
): Promise<ReadonlyMap<string, GroupRecord>> {
  const found = new Map<string, GroupRecord>();
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "destination = :destination",
      // The claim to speak lies beside the records, and is none.
      FilterExpression: "attribute_exists(#record)",
      ExpressionAttributeNames: { "#record": "record" },
      ExpressionAttributeValues: { ":destination": { S: destination } },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) found.set(item.group?.S ?? "", recordOf(item));
  }
  return found;
}
