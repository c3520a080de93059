import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { queryAcknowledgements } from "./acknowledgement-table.ts";
import { queryRecords } from "./incident-query.ts";
import { queryMutes } from "./mute-table.ts";
import { type GroupRecord, isOpen } from "./record.ts";
import type { IncidentStore } from "./store.ts";
import { recordOf, storedRecord } from "./stored-record.ts";

/** The table itself expires what is resolved. */
const retentionSeconds = 30 * 24 * 60 * 60;
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const batchGet = 100;
/** The sort key of the claim to post; no group has this name. */
const claimKey = "#claim";

/**
 * Incident state in one table: the destination is the partition, a group the sort key. Items with `open` are
 * ongoing, or may be on their way; `version` guards every write.
 */
export function createIncidentTable(table: string, client: DynamoDBClient): IncidentStore {
  const keyOf = (destination: string, group: string) => ({ destination: { S: destination }, group: { S: group } });

  return {
    async load(destination, groups) {
      const found = new Map<string, GroupRecord>();
      let keys = groups.map((group) => keyOf(destination, group));
      while (keys.length > 0) {
        const { Responses, UnprocessedKeys } = await client.send(
          new BatchGetItemCommand({
            RequestItems: { [table]: { Keys: keys.slice(0, batchGet), ConsistentRead: true } },
          }),
        );
        for (const item of Responses?.[table] ?? []) found.set(item.group?.S ?? "", recordOf(item));
        const again = (UnprocessedKeys?.[table]?.Keys ?? []).map(({ group }) => keyOf(destination, group?.S ?? ""));
        keys = [...again, ...keys.slice(batchGet)];
      }
      return found;
    },

    async save(destination, group, record) {
      const next = { ...record, version: record.version + 1 };
      // What may be on its way is looked after as well.
      const open = record.intent !== undefined || Object.values(record.entries).some(isOpen);
      const seconds = Math.floor(Date.now() / 1000) + retentionSeconds;
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ...keyOf(destination, group),
              version: { N: String(next.version) },
              record: storedRecord(next),
              ...(open ? { open: { S: "yes" } } : { expiresAt: { N: String(seconds) } }),
            },
            ConditionExpression: "attribute_not_exists(#version) OR #version = :known",
            ExpressionAttributeNames: { "#version": "version" },
            ExpressionAttributeValues: { ":known": { N: String(record.version) } },
          }),
        );
        return "saved";
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return "stale";
        throw error;
      }
    },

    listOpen: (destination) => queryRecords(client, { table, destination, having: "open", reading: "consistent" }),

    mutes: (now) => queryMutes(client, table, now),

    acknowledgements: () => queryAcknowledgements(client, table),

    async claim(destination, now, until) {
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: { ...keyOf(destination, claimKey), until: { N: String(until) } },
            ConditionExpression: "attribute_not_exists(#until) OR #until <= :now",
            ExpressionAttributeNames: { "#until": "until" },
            ExpressionAttributeValues: { ":now": { N: String(now) } },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async release(destination, from) {
      const Item = { ...keyOf(destination, claimKey), until: { N: String(from) } };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },
  };
}
