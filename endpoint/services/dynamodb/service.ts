import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { PassThrough } from "#endpoint/core/service.ts";
import { buildEmulator, type DynamoDbPorts, operations } from "./emulator.ts";
import { resourcesOf } from "./resources.ts";

export interface DynamoDb {
  readonly service: PassThrough;
  stop(): Promise<void>;
}

/** DynamoDB in memory, by dynalite. No transactions, no streams. */
export function createDynamoDb({ place, keys }: DynamoDbPorts): DynamoDb {
  // CloudFormation's client, which comes through the endpoint as every other does.
  const client = new DynamoDBClient({
    endpoint: place.endpointUrl,
    region: place.region,
    credentials: { accessKeyId: "cloudformation", secretAccessKey: "cloudformation" },
  });
  const stop = async () => client.destroy();
  return {
    service: {
      signingName: "dynamodb",
      emulator: buildEmulator(place),
      known: operations,
      resources: resourcesOf({ place, keys }, client),
      stop,
    },
    stop,
  };
}
