import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { StagePlan } from "#fleet";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { awaitRolled } from "./rollout.ts";

/**
 * What an operator does once after the first deploy: put the real credentials in place of the placeholders. The
 * services that use them are rolled by the fleet itself, as after any change of a secret.
 */
export async function putCredentials(fleet: LocalFleet, plan: StagePlan): Promise<string> {
  const { cloud, credentials } = fleet;
  const began = Date.now();
  const secrets = new SecretsManagerClient(clientSettings(cloud));
  const known = plan.secrets.filter(({ key, adoptedArn }) => key in credentials && adoptedArn === undefined);
  for (const { key, name } of known) {
    await secrets.send(new PutSecretValueCommand({ SecretId: name, SecretString: JSON.stringify(credentials[key]) }));
  }
  const users = [...new Set(known.flatMap(({ usedBy }) => usedBy))];
  await awaitRolled(fleet, plan, users, began);
  return `${known.map(({ key }) => key).join(", ")}; ${users.join(", ")} rolled`;
}
