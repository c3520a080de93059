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
  const known = issuedOf(fleet, plan);
  if (known.length === 0) return "no double issues credentials for a secret of the map";
  const keys = known.map(({ key }) => key).join(", ");
  const changed = await fillSecrets(fleet, plan);
  if (changed.length === 0) return `${keys}; in place before the services started`;
  const users = [...new Set(changed.flatMap(({ usedBy }) => usedBy))];
  const rolled = await awaitRolled(fleet, plan, users, began);
  return `${keys}; ${rolled.join(", ") || "no service"} rolled`;
}

/** Puts the doubles' credentials where they are not yet. @returns the secrets that it changed */
export async function fillSecrets(fleet: LocalFleet, plan: StagePlan): Promise<StagePlan["secrets"]> {
  const secrets = new SecretsManagerClient(clientSettings(fleet.cloud));
  const credentials = fleet.credentialsFor(plan);
  const changed: StagePlan["secrets"][number][] = [];
  for (const secret of issuedOf(fleet, plan)) {
    const SecretId = secret.name;
    const { SecretString: before } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    const SecretString = JSON.stringify({ ...v.parse(Value, before), ...credentials[secret.key] });
    if (SecretString === before) continue;
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
    changed.push(secret);
  }
  return changed;
}

function issuedOf(fleet: LocalFleet, plan: StagePlan): StagePlan["secrets"] {
  const credentials = fleet.credentialsFor(plan);
  return plan.secrets.filter(({ key, adoptedArn }) => key in credentials && adoptedArn === undefined);
}

const Value = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));
