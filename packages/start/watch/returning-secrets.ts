import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { isAwsError } from "#cli/aws.ts";
import type { StagePlan } from "#fleet";
import { clientSettings, type LocalFleet } from "../fleet.ts";

/**
 * Values of secrets that are taken out of the map, for when they come back, as when an edit is undone: CloudFormation
 * deletes a secret at once and for good. On AWS the stacks retain theirs.
 */
export class ReturningSecrets {
  readonly #client: SecretsManagerClient;
  readonly #values = new Map<string, string>();

  constructor({ cloud }: LocalFleet) {
    this.#client = new SecretsManagerClient(clientSettings(cloud));
  }

  /** @param secrets those that the next deploy is to delete */
  async keep(secrets: StagePlan["secrets"]): Promise<void> {
    for (const { name: SecretId } of secrets) {
      try {
        const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId }));
        if (SecretString !== undefined) this.#values.set(SecretId, SecretString);
      } catch (error) {
        if (!isAwsError(error, "ResourceNotFoundException")) throw error;
      }
    }
  }

  /** After the deploy. @returns the names of those that have their value again */
  async putBack(secrets: StagePlan["secrets"]): Promise<readonly string[]> {
    const returned = secrets.filter(({ name }) => this.#values.has(name)).map(({ name }) => name);
    for (const SecretId of returned) {
      await this.#client.send(new PutSecretValueCommand({ SecretId, SecretString: this.#values.get(SecretId) }));
      this.#values.delete(SecretId);
    }
    return returned;
  }
}
