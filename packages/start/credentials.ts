import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import type { StagePlan } from "#fleet";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { awaitRolled } from "./rollout.ts";

/**
 * What an operator does once after the first deploy: replace the placeholders with real credentials. The
 * services that use them are rolled by the fleet itself, as after any change of a secret. Keys that no double issues
 * stay as they are.
 */
export async function putCredentials(fleet: LocalFleet, plan: StagePlan): Promise<string> {
  const began = Date.now();
  const secrets = new SecretsManagerClient(clientSettings(fleet.cloud));
  const credentials = fleet.credentialsFor(plan);
  const known = plan.secrets.filter(({ key, adoptedArn }) => key in credentials && adoptedArn === undefined);
  if (known.length === 0) return "no double issues credentials for a secret of the map";
  for (const { key, name } of known) {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: name }));
    const value = { ...v.parse(Value, SecretString), ...credentials[key] };
    await secrets.send(new PutSecretValueCommand({ SecretId: name, SecretString: JSON.stringify(value) }));
  }
  const users = [...new Set(known.flatMap(({ usedBy }) => usedBy))];
  const rolled = await awaitRolled(fleet, plan, users, began);
  return `${known.map(({ key }) => key).join(", ")}; ${rolled.join(", ") || "no service"} rolled`;
}

const Value = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));
