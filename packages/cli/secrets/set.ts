import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SecretPlan } from "#fleet";
import { type ExitCode, reasonOf, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { secretId } from "./read.ts";
import { readKeys } from "./value.ts";

/** Writes a new version with one key changed, and makes it current. The value is never an argument or an output. */
export async function setKey(
  stage: Stage,
  secret: SecretPlan,
  key: string,
  file: string | undefined,
): Promise<ExitCode> {
  if (!(key in secret.keys))
    throw new UsageError(`No key ${key} in ${secret.name}: the map has ${Object.keys(secret.keys).join(", ")}.`);
  const before = await readKeys(stage, secret);
  const value = await readValue(stage, `${secret.name} ${key}: `, file);
  if (value === "") throw new UsageError(`The value of ${key} is empty: nothing was changed.`);
  const { terminal, aws } = stage;
  if (before[key] === value) {
    terminal.print(`${key} of ${secret.name} has this value already: nothing was changed.`);
    return 0;
  }
  const after = new PutSecretValueCommand({
    SecretId: secretId(secret),
    SecretString: JSON.stringify({ ...before, [key]: value }),
  });
  const { VersionId } = await aws.client(SecretsManagerClient).send(after);
  terminal.print(`${key} of ${secret.name} is set: version ${VersionId} is current.`);
  if (secret.usedBy.length > 0)
    terminal.print(`fleet status shows which tasks run on it; fleet redeploy rolls them: ${secret.usedBy.join(", ")}.`);
  return 0;
}

async function readValue({ terminal, stdin }: Stage, question: string, file: string | undefined): Promise<string> {
  if (file === undefined) return terminal.askSecret(question);
  const whole = file === "-" ? await text(stdin) : await readWhole(file);
  return whole.replace(/\r?\n$/, "");
}

async function readWhole(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`--from-file ${file}: ${reasonOf(error)}`);
  }
}
