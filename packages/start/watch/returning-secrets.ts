import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { isAwsError } from "#cli/aws.ts";
import type { StagePlan } from "#fleet";
import { clientSettings, type LocalFleet } from "../fleet.ts";

/**
 * Secrets that were taken out of the map and come back, as when an edit is undone. One that is scheduled for deletion
 * keeps its name for 7 days, and CloudFormation cannot create it: the old one makes way, and its value is restored.
 */
export class ReturningSecrets {
  readonly #client: SecretsManagerClient;
  /** Values by name: they outlive a deploy that fails. */
  readonly #values = new Map<string, string>();

  constructor({ cloud }: LocalFleet) {
    this.#client = new SecretsManagerClient(clientSettings(cloud));
  }

  /** @param secrets those that the next deploy is to create */
  async makeWay(secrets: StagePlan["secrets"]): Promise<void> {
    for (const { name: SecretId } of secrets) {
      if (!(await this.#isScheduledForDeletion(SecretId))) continue;
      await this.#client.send(new RestoreSecretCommand({ SecretId }));
      const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId }));
      if (SecretString !== undefined) this.#values.set(SecretId, SecretString);
      await this.#client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
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

  async #isScheduledForDeletion(SecretId: string): Promise<boolean> {
    try {
      return (await this.#client.send(new DescribeSecretCommand({ SecretId }))).DeletedDate !== undefined;
    } catch (error) {
      if (isAwsError(error, "ResourceNotFoundException")) return false;
      throw error;
    }
  }
}
