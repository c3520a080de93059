import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import type { SecretPlan } from "#fleet";
import { orMissing } from "../aws.ts";
import { Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { describeSecret, missingText, secretId } from "./read.ts";

const Keys = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

export type SecretKeys = Readonly<Record<string, string>>;

/** As `readKeys`; `undefined` where there is no version that is current. */
export async function currentKeys(stage: Stage, secret: SecretPlan): Promise<SecretKeys | undefined> {
  const command = new GetSecretValueCommand({ SecretId: secretId(secret) });
  const answer = await orMissing(stage.aws.client(SecretsManagerClient).send(command), "ResourceNotFoundException");
  if (answer === undefined) {
    // One answer for two things: no secret at all, and one without a value.
    if ((await describeSecret(stage, secret)) === undefined) throw new Failure(missingText(stage, secret));
    return undefined;
  }
  const parsed = v.safeParse(Keys, answer.SecretString);
  if (parsed.success) return parsed.output;
  throw new Failure(
    `${secret.name} is no JSON object of texts, as ECS needs it to pick keys: put one with aws secretsmanager put-secret-value --secret-string file://…`,
  );
}

/**
 * The keys and values of the version that is current. Never to be printed. Throws `Failure`, without the value, where
 * it is not what a container can be given.
 */
export async function readKeys(stage: Stage, secret: SecretPlan): Promise<SecretKeys> {
  const keys = await currentKeys(stage, secret);
  if (keys !== undefined) return keys;
  throw new Failure(`${secret.name} has no value in stage ${stage.plan.stage}: fleet secrets set ${secret.key}`);
}

export type KeyState = "set" | "placeholder" | "missing" | "legacy name" | "not in the map";

/** What can be said about each key without its value: those of the map first, then what else is there. */
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
