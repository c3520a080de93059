import { randomBytes } from "node:crypto";
import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { SecretStore, SeedPorts } from "./first-value.ts";

const client = new SecretsManagerClient({});

const store: SecretStore = {
  async hasCurrentValue(secretArn) {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: secretArn }));
    return Object.values(VersionIdsToStages).some((stages) => stages.includes("AWSCURRENT"));
  },
  async put(secretArn, token, value) {
    try {
      await client.send(
        new PutSecretValueCommand({ SecretId: secretArn, ClientRequestToken: token, SecretString: value }),
      );
      return "written";
    } catch (error) {
      if (error instanceof ResourceExistsException) return "taken";
      throw error;
    }
  },
};

export const effects: SeedPorts = { store, randomBytes };
