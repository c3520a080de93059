import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SecretPlan } from "#fleet";
import { candidate as candidateLabel } from "#rotation/labels.ts";
import { type ExitCode, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { checkKeys } from "./find.ts";
import { readFromFile, readFromPerson } from "./input.ts";
import { secretId, shortId } from "./read.ts";
import { rollText } from "./rolls.ts";
import { currentKeys, type SecretKeys } from "./value.ts";

export interface Setting {
  /** The keys to change; empty for whatever is given. */
  readonly keys: readonly string[];
  /** `undefined` asks at the terminal. */
  readonly file: string | undefined;
  /** For the next rotation, which tests it first. */
  readonly candidate: boolean;
}

/** Writes a new version with some keys changed, and makes it current. A value is never an argument or an output. */
export async function setKeys(stage: Stage, secret: SecretPlan, setting: Setting): Promise<ExitCode> {
  // First, so that nobody is asked for a value that could not be kept.
  const before = (await currentKeys(stage, secret)) ?? {};
  const given =
    setting.file === undefined
      ? await readFromPerson(stage, secret, setting.keys)
      : await readFromFile(stage, setting.file, setting.keys);
  checkKeys(secret, Object.keys(given));
  await putKeys(stage, secret, { before, given }, setting.candidate ? "candidate" : "current");
  return 0;
}

/** Puts a version with these keys changed, or says that nothing changes. Throws `UsageError` for a value that is none. */
export async function putKeys(
  stage: Stage,
  secret: SecretPlan,
  { before, given }: { readonly before: SecretKeys; readonly given: SecretKeys },
  as: "current" | "candidate",
): Promise<void> {
  const { terminal, aws, plan } = stage;
  checkValues(secret, given);
  const changed = Object.keys(given).filter((key) => before[key] !== given[key]);
  if (changed.length === 0) {
    terminal.print(
      `${secret.name} already has ${Object.keys(given).length === 1 ? "this value" : "these values"}: nothing was changed.`,
    );
    return;
  }
  const put = new PutSecretValueCommand({
    SecretId: secretId(secret),
    SecretString: JSON.stringify({ ...before, ...given }),
    ...(as === "candidate" && { VersionStages: [candidateLabel] }),
  });
  const { VersionId = "" } = await aws.client(SecretsManagerClient).send(put);
  const [keys, are] = [changed.join(", "), changed.length === 1 ? "is" : "are"];
  if (as === "candidate") {
    terminal.print(`${keys} of ${secret.name} ${are} staged: version ${shortId(VersionId)} is the candidate.`);
    terminal.print(`To test it and make it current: fleet secrets rotate ${secret.key} --wait`);
    return;
  }
  terminal.print(`${keys} of ${secret.name} ${are} set: version ${shortId(VersionId)} is current.`);
  for (const line of rollText(plan, secret)) terminal.print(line);
}

function checkValues({ name, keys }: SecretPlan, values: SecretKeys): void {
  for (const [key, value] of Object.entries(values)) {
    const definition = keys[key];
    if (value === "") throw new UsageError(`The value of ${key} is empty: nothing was changed.`);
    if (definition !== undefined && "placeholder" in definition && value === definition.placeholder)
      throw new UsageError(`The value of ${key} is the placeholder of ${name}: nothing was changed. Use the real one.`);
  }
}
