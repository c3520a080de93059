import {
  DescribeLimitsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResourceProvider } from "#endpoint/core/service.ts";
import { createDynamoDb, type DynamoDb } from "#endpoint/services/dynamodb/service.ts";
import { account, type Served, serve, stackContext } from "../serve.ts";

let served: Served<DynamoDb>;
let client: DynamoDBClient;
beforeAll(async () => {
  served = await serve(
    (place) => createDynamoDb({ place }),
    (made) => [made.service],
  );
  client = new DynamoDBClient(served.client);
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

const table = (): ResourceProvider => {
  const provider = served.made.service.resources?.["AWS::DynamoDB::Table"];
  if (provider === undefined) throw new Error("AWS::DynamoDB::Table is not registered");
  return provider;
};

const properties = {
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  BillingMode: "PAY_PER_REQUEST",
  TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
};

describe("AWS::DynamoDB::Table", () => {
  it("keeps incidents, written conditionally, until the stack is deleted", async () => {
    const state = await table().create(properties, stackContext("Incidents"));
    const TableName = state.physicalId;
    expect(TableName).toMatch(/^local-alarms-Incidents-[A-Z0-9]{12}$/);
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: "ACTIVE",
      TableArn: `arn:aws:dynamodb:us-east-1:${account}:table/${TableName}`,
    });
    expect(state.attributes.Arn).toBe(Table?.TableArn);
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "expiresAt" });

    const put = new PutItemCommand({
      TableName,
      Item: { id: { S: "alarm" }, sent: { N: "1" } },
      ConditionExpression: "attribute_not_exists(id)",
    });
    await client.send(put);
    await expect(client.send(put)).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: { id: { S: "alarm" } },
        UpdateExpression: "ADD sent :one",
        ExpressionAttributeValues: { ":one": { N: "1" } },
      }),
    );
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { id: { S: "alarm" } } }));
    expect(Item?.sent).toEqual({ N: "2" });

    await table().delete(state, properties, stackContext("Incidents"));
    await table().delete(state, properties, stackContext("Incidents"));
    await expect(client.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("[AWS-10] answers what the emulator lacks as every service does", async () => {
    await expect(client.send(new DescribeLimitsCommand({}))).rejects.toMatchObject({
      name: "UnsupportedOperation",
      $metadata: { httpStatusCode: 501 },
    });
  });

  it("[AWS-10] keeps what has expired", async () => {
    await table().create({ ...properties, TableName: "kept" }, stackContext("Kept"));
    const Item = { id: { S: "old" }, expiresAt: { N: "1" } };
    await client.send(new PutItemCommand({ TableName: "kept", Item }));
    const found = await client.send(new GetItemCommand({ TableName: "kept", Key: { id: { S: "old" } } }));
    expect(found.Item).toEqual(Item);
  });

  it("turns time to live off in place", async () => {
    const context = stackContext("Expiring");
    const state = await table().create({ ...properties, TableName: "expiring" }, context);
    const TimeToLiveSpecification = { AttributeName: "expiresAt", Enabled: false };
    await table().update(state, { ...properties, TimeToLiveSpecification }, properties, context);
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: "expiring" }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "DISABLED" });
  });

  it("serves a global table with its one replica here, and no other", async () => {
    const provider = served.made.service.resources?.["AWS::DynamoDB::GlobalTable"];
    const global = { ...properties, TableName: "global", Replicas: [{ Region: "us-east-1" }] };
    const state = await provider?.create(global, stackContext("Global"));
    expect(state?.attributes.Arn).toBe(`arn:aws:dynamodb:us-east-1:${account}:table/global`);
    const both = { ...global, Replicas: [{ Region: "us-east-1" }, { Region: "eu-west-1" }] };
    await expect(provider?.create(both, stackContext("Global"))).rejects.toThrow(/replica of a table in eu-west-1/);
  });

  it.each(["DeleteTable", "UpdateTimeToLive", "PutItem"])(
    "refuses a malformed %s and keeps serving",
    async (operation) => {
      const headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${operation}`,
        authorization:
          "AWS4-HMAC-SHA256 Credential=a/20261123/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
        "x-amz-date": "20261123T013000Z",
      };
      const response = await fetch(served.place.endpointUrl, { method: "POST", headers, body: "{" });
      expect(response.status).toBe(400);
    },
  );

  it("refuses a stream rather than ignoring it", async () => {
    const streamed = { ...properties, StreamSpecification: { StreamViewType: "NEW_IMAGE" } };
    await expect(table().create(streamed, stackContext("Streamed"))).rejects.toMatchObject({ status: 501 });
  });
});
