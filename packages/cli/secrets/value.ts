import {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { chunksOf, eachOf } from "#aws/batches.ts";
import type { SecretPlan } from "#fleet";
import { orMissing } from "../aws.ts";
import { Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { describeSecret, type KnownSecret, missingText, secretId } from "./read.ts";

const Keys = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

export type SecretKeys = Readonly<Record<string, string>>;

/** As `readKeys`; `undefined` if no version is current. */
export async function currentKeys(stage: Stage, secret: SecretPlan): Promise<SecretKeys | undefined> {
  const command = new GetSecretValueCommand({ SecretId: secretId(secret) });
  const answer = await orMissing(stage.aws.client(SecretsManagerClient).send(command), "ResourceNotFoundException");
  if (answer !== undefined) return parseKeys(secret, answer.SecretString);
  // AWS gives the same answer for two things: no secret at all, and one without a value.
  if ((await describeSecret(stage, secret)) === undefined) throw new Failure(missingText(stage, secret));
  return undefined;
}

function parseKeys({ name }: SecretPlan, text: string | undefined): SecretKeys {
  const parsed = v.safeParse(Keys, text);
  if (parsed.success) return parsed.output;
  throw new Failure(
    `${name} is not a JSON object of strings, which ECS needs to pick keys: set one with aws secretsmanager put-secret-value --secret-string file://…`,
  );
}

/**
 * The keys and values of the current version. Never print them. Throws `Failure`, without the value, if
 * a container could not use it.
 */
export async function readKeys(stage: Stage, secret: SecretPlan): Promise<SecretKeys> {
  const keys = await currentKeys(stage, secret);
  if (keys !== undefined) return keys;
  throw new Failure(noValue(stage, secret));
}

const noValue = ({ plan: { stage } }: Stage, { name, key }: SecretPlan) =>
  `${name} has no value in stage ${stage}: fleet secrets set ${key}`;

/** What Secrets Manager has for a secret that exists. */
export type StoredValue =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string | undefined }
  | { readonly kind: "refused"; readonly reason: string };

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html: twenty at most. */
const valuesAtOnce = 20;

/** The current values of secrets, by their keys. */
export async function readValues(
  { aws }: Stage,
  secrets: ReadonlyMap<string, KnownSecret>,
): Promise<ReadonlyMap<string, StoredValue>> {
  const client = aws.client(SecretsManagerClient);
  const found = new Map([...secrets.keys()].map((key): [string, StoredValue] => [key, { kind: "none" }]));
  const keys = new Map([...secrets.values()].map(({ plan }) => [secretId(plan), plan.key]));
  const ids = [...keys.keys()];
  await eachOf(chunksOf(ids, valuesAtOnce), async (chunk) => {
    const answer = await client.send(new BatchGetSecretValueCommand({ SecretIdList: [...chunk] }));
    for (const { Name = "", ARN = "", SecretString: text } of answer.SecretValues ?? [])
      found.set(keys.get(ARN) ?? keys.get(Name) ?? "", { kind: "text", text });
    for (const { SecretId = "", ErrorCode: reason = "refused" } of answer.Errors ?? [])
      if (reason !== "ResourceNotFoundException") found.set(keys.get(SecretId) ?? "", { kind: "refused", reason });
  });
  return found;
}

/** As `readKeys`, of a value that was read. */
export function keysOf(stage: Stage, secret: SecretPlan, value: StoredValue | undefined): SecretKeys {
  switch (value?.kind) {
    case undefined:
      throw new Failure(missingText(stage, secret));
    case "none":
      throw new Failure(noValue(stage, secret));
    case "refused":
      throw new Failure(`${secret.name} cannot be read: Secrets Manager answers ${value.reason}.`);
    case "text":
      return parseKeys(secret, value.text);
  }
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
