import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
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

  constructor({ cloud }: Pick<LocalFleet, "cloud">) {
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

  /** After the deploy, unless somebody has set another value by then. @returns the names of those that have their value again */
  async putBack(secrets: StagePlan["secrets"]): Promise<readonly string[]> {
    const returned: string[] = [];
    for (const secret of secrets) {
      const { name: SecretId } = secret;
      const SecretString = this.#values.get(SecretId);
      if (SecretString === undefined) continue;
      this.#values.delete(SecretId);
      if (await this.#isSet(secret)) continue;
      await this.#client.send(new PutSecretValueCommand({ SecretId, SecretString }));
      returned.push(SecretId);
    }
    return returned;
  }

  /** `fleet add` puts values as soon as there is a secret for them. */
  async #isSet({ name: SecretId, keys }: StagePlan["secrets"][number]): Promise<boolean> {
    const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId }));
    const values = v.parse(Value, SecretString);
    return Object.entries(keys).some(([key, by]) => "placeholder" in by && values[key] !== by.placeholder);
  }
}

const Value = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));
