import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Place } from "../../endpoint/ports.ts";
import type { PassThrough } from "../../endpoint/service.ts";
import { buildEmulator } from "./emulator.ts";
import { globalTableProvider, tableProvider } from "./table.ts";

export interface DynamoDb {
  readonly service: PassThrough;
  stop(): Promise<void>;
}

/** DynamoDB in memory, by dynalite, on a port of its own on loopback. No transactions, no streams. */
export async function createDynamoDb(ports: { readonly place: Place }): Promise<DynamoDb> {
  const server = buildEmulator(ports.place);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  const target = `http://127.0.0.1:${address.port}`;
  const client = new DynamoDBClient({
    endpoint: target,
    region: ports.place.region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      client.destroy();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    service: {
      signingName: "dynamodb",
      target,
      resources: {
        "AWS::DynamoDB::Table": tableProvider(ports.place, client),
        "AWS::DynamoDB::GlobalTable": globalTableProvider(ports.place, client),
      },
      stop,
    },
    stop,
  };
}
