import { CreateTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** The table `incidents`, keyed as `stacks/chat.ts` makes it. */
export async function createIncidentsTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: "incidents",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["destination", "group"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: [
        { AttributeName: "destination", KeyType: "HASH" },
        { AttributeName: "group", KeyType: "RANGE" },
      ],
    }),
  );
}
