import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import type { SecretPlan } from "#fleet";
import { orMissing } from "../aws.ts";
import { Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { describeSecret, missingText, secretId } from "./read.ts";

const Keys = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

export type SecretKeys = Readonly<Record<string, string>>;

/** As `readKeys`; `undefined` if no version is current. */
export async function currentKeys(stage: Stage, secret: SecretPlan): Promise<SecretKeys | undefined> {
  const command = new GetSecretValueCommand({ SecretId: secretId(secret) });
  const answer = await orMissing(stage.aws.client(SecretsManagerClient).send(command), "ResourceNotFoundException");
  if (answer === undefined) {
    // AWS gives the same answer for two things: no secret at all, and one without a value.
    if ((await describeSecret(stage, secret)) === undefined) throw new Failure(missingText(stage, secret));
    return undefined;
  }
  const parsed = v.safeParse(Keys, answer.SecretString);
  if (parsed.success) return parsed.output;
  throw new Failure(
    `${secret.name} is not a JSON object of strings, which ECS needs to pick keys: set one with aws secretsmanager put-secret-value --secret-string file://…`,
  );
}

/**
 * The keys and values of the current version. Never print them. Throws `Failure`, without the value, if
 * a container could not use it.
 */
export async function readKeys(stage: Stage, secret: SecretPlan): Promise<SecretKeys> {
  const keys = await currentKeys(stage, secret);
  if (keys !== undefined) return keys;
  throw new Failure(`${secret.name} has no value in stage ${stage.plan.stage}: fleet secrets set ${secret.key}`);
}

export type KeyState = "set" | "placeholder" | "missing" | "legacy name" | "not in the map";

/** The state of each key, without its value: those of the map first, then any others. */
export function keyStates({ keys, aliases }: SecretPlan, values: SecretKeys): readonly (readonly [string, KeyState])[] {
  const wanted = Object.entries(keys).map(([key, definition]): readonly [string, KeyState] => {
    const value = values[key];
    if (value === undefined) return [key, "missing"];
    return [key, "placeholder" in definition && value === definition.placeholder ? "placeholder" : "set"];
  });
  const others = Object.keys(values).filter((key) => !(key in keys));
  return [
    ...wanted,
    ...others.map((key): readonly [string, KeyState] => [key, key in aliases ? "legacy name" : "not in the map"]),
  ];
}
