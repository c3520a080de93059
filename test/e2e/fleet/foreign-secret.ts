import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { FleetStage } from "../../stage/stage.ts";

/**
 * Asks the function that seeds secrets, as CloudFormation would, to seed a secret that is not the fleet's.
 * @returns what it answered CloudFormation
 */
export async function seedForeignSecret({ client }: FleetStage): Promise<unknown> {
  const secrets = new SecretsManagerClient(client);
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name: "/other/system/secret" }));
  const { promise: answer, resolve } = Promise.withResolvers<unknown>();
  const server = createServer(
    (request, response) =>
      void json(request)
        .then(resolve)
        .then(() => response.end()),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("A server listens on a port.");
  const event = {
    RequestType: "Create",
    ResponseURL: `http://127.0.0.1:${address.port}/`,
    StackId: "arn:aws:cloudformation:us-east-1:000000000000:stack/other/1",
    RequestId: "1",
    LogicalResourceId: "Other",
    ResourceProperties: { SecretArn: ARN, Keys: JSON.stringify({ KEY: { placeholder: "x" } }) },
  };
  try {
    const lambda = new LambdaClient(client);
    await lambda.send(
      new InvokeCommand({ FunctionName: "local-mcp-seed-secret", Payload: Buffer.from(JSON.stringify(event)) }),
    );
    return await answer;
  } finally {
    server.close();
  }
}
