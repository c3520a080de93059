import { AddPermissionCommand } from "@aws-sdk/client-lambda";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { createSecretsManager, type SecretsManager } from "#endpoint/services/secretsmanager/service.ts";
import { startLambda } from "../lambda/lambda-harness.ts";

export type SecretsHarness = Awaited<ReturnType<typeof startSecrets>>;

/** Secrets Manager with a real Lambda, and a client that knows nothing of either being local. */
export async function startSecrets() {
  let manager: SecretsManager | undefined;
  const harness = await startLambda({
    neighbours: ({ place, clock, lambda, events }) => {
      manager = createSecretsManager({ place, clock, events, functions: lambda.functions });
      return [manager.service];
    },
  });
  if (manager === undefined) throw new Error("the harness made no Secrets Manager");
  const client = new SecretsManagerClient({
    endpoint: harness.endpoint.url,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIALOCAL", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  return {
    ...harness,
    lambdaClient: harness.client,
    client,
    manager,
    describe: (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId })),
    /** The names of the rotation events of a secret, in order. */
    rotationEvents: (arn: string | undefined) =>
      harness.events
        .filter((event) => event.detailType === "AWS Service Event via CloudTrail")
        .filter((event) => JSON.stringify(event.detail).includes(`"SecretId":"${arn}"`))
        .map((event) => event.detail.eventName),
    async deployRotation(name: string, source: string) {
      const { FunctionArn } = await harness.deploy(name, source, { Timeout: 20 });
      await harness.client.send(
        new AddPermissionCommand({
          FunctionName: name,
          StatementId: "rotation",
          Action: "lambda:InvokeFunction",
          Principal: "secretsmanager.amazonaws.com",
        }),
      );
      return FunctionArn;
    },
    async stop() {
      client.destroy();
      await harness.stop();
    },
  };
}
