import { isDeepStrictEqual } from "node:util";
import { RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { names, type SecretPlan } from "#fleet";
import { current, pending } from "#rotation/labels.ts";
import { isAwsError } from "../aws.ts";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import type { SecretFacts } from "../status/facts.ts";
import { pollMs, waitFor } from "../wait.ts";
import { describeSecret, missingText, readSecret, secretId, shortId } from "./read.ts";
import { rollText } from "./rolls.ts";
import { currentKeys } from "./value.ts";

/** @param atMostMs how long to wait until the new version is current; `undefined` does not wait */
export async function rotate(stage: Stage, secret: SecretPlan, atMostMs: number | undefined): Promise<ExitCode> {
  const { terminal, plan, signal } = stage;
  const before = atMostMs === undefined ? undefined : await currentKeys(stage, secret);
  const version = await begin(stage, secret);
  if (atMostMs === undefined) {
    terminal.print(`${secret.name}: started the rotation to version ${shortId(version)}.`);
    terminal.print(`fleet secrets history ${secret.key} shows when it is current.`);
    return 0;
  }
  const log = `aws logs tail /aws/lambda/${names.function(plan.stage, "rotate-secret")}`;
  let far: Far = "waiting";
  const look = async () => {
    far = farOf(await readSecret(stage, secret.key), version, far);
    if (far === "given up") throw new Failure(`Version ${shortId(version)} of ${secret.name} was given up: see ${log}`);
    return far === "current" || undefined;
  };
  await waitFor(look, {
    everyMs: pollMs(plan),
    atMostMs,
    signal,
    until: `version ${shortId(version)} of ${secret.name} to become current; to find out why it is not: ${log}`,
    progress: { terminal, describe: () => `${secret.name}: version ${shortId(version)} is ${far}` },
    meanwhile: `The rotation continues: fleet secrets history ${secret.key} shows when it is current.`,
  });
  terminal.print(`Version ${shortId(version)} of ${secret.name} is current.`);
  const same = isDeepStrictEqual(await currentKeys(stage, secret), before);
  for (const line of same ? unchangedText(secret) : rollText(plan, secret)) terminal.print(line);
  return 0;
}

/** The progress of a new version. */
type Far = "waiting" | "being made and proven" | "current" | "given up";

function farOf(facts: SecretFacts | undefined, version: string, before: Far): Far {
  const labels = facts?.versions.find(({ id }) => id === version)?.labels ?? [];
  if (labels.includes(current)) return "current";
  if (labels.includes(pending)) return "being made and proven";
  return before === "waiting" ? before : "given up";
}

/** A rotation also succeeds if its issuer has nothing new. */
function unchangedText({ key, rotation }: SecretPlan): readonly string[] {
  const same = "It has the same value as before: nothing rolls.";
  if (!("issuer" in rotation) || rotation.issuer !== "google-oauth") return [same];
  return [same, `At Google, only a person can create one. To stage it: fleet secrets set ${key} --candidate`];
}

async function begin(stage: Stage, secret: SecretPlan): Promise<string> {
  const described = await describeSecret(stage, secret);
  if (described === undefined) throw new Failure(missingText(stage, secret));
  if (described.RotationLambdaARN === undefined)
    throw new Failure(
      `Nothing rotates ${secret.name}: ${reasonNot(secret)} Set a new value with fleet secrets set ${secret.key}.`,
    );
  try {
    const command = new RotateSecretCommand({ SecretId: secretId(secret), RotateImmediately: true });
    return (await stage.aws.client(SecretsManagerClient).send(command)).VersionId ?? "";
  } catch (error) {
    if (!isAwsError(error, "InvalidRequestException")) throw error;
    const pendingId = await findPending(stage, secret);
    if (pendingId === undefined) throw new Failure(`${secret.name}: ${error.message}`);
    stage.terminal.note("A rotation is already in progress: Secrets Manager continues it.");
    return pendingId;
  }
}

function reasonNot({ rotation }: SecretPlan): string {
  return "declined" in rotation ? rotation.declined : "it has no rotation function; a deploy sets the map's.";
}

async function findPending(stage: Stage, { key }: SecretPlan): Promise<string | undefined> {
  const versions = (await readSecret(stage, key))?.versions ?? [];
  return versions.find(({ labels }) => labels.includes(pending) && !labels.includes(current))?.id;
}
