import { RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SecretPlan } from "#fleet";
import { isAwsError } from "../aws.ts";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";
import { describeSecret, readSecret, secretId } from "./read.ts";

/** A rotation function has 15 minutes a step at most; this is for all four, as they usually are. */
const atMostMs = 300_000;

export async function rotate(stage: Stage, secret: SecretPlan, wait: boolean): Promise<ExitCode> {
  const { terminal, plan, signal } = stage;
  const version = await begin(stage, secret);
  terminal.note(`${secret.name}: rotation to version ${version} began.`);
  if (!wait) return 0;
  const look = async () => {
    const facts = await readSecret(stage, secret.key);
    return facts?.versions.some(({ id, labels }) => id === version && labels.includes("AWSCURRENT")) || undefined;
  };
  await waitFor(look, {
    everyMs: pollMs(plan),
    atMostMs,
    signal,
    until: `version ${version} of ${secret.name} to be current; the rotation function's log says why it is not`,
  });
  terminal.print(`Version ${version} of ${secret.name} is current.`);
  return 0;
}

async function begin(stage: Stage, secret: SecretPlan): Promise<string> {
  const described = await describeSecret(stage, secret);
  if (described === undefined) throw new Failure(`${secret.name} does not exist in stage ${stage.plan.stage}.`);
  if (described.RotationLambdaARN === undefined)
    throw new Failure(
      `Nothing rotates ${secret.name}: no function is set for it. Put a new value with fleet secrets set ${secret.key}.`,
    );
  try {
    const command = new RotateSecretCommand({ SecretId: secretId(secret), RotateImmediately: true });
    return (await stage.aws.client(SecretsManagerClient).send(command)).VersionId ?? "";
  } catch (error) {
    if (isAwsError(error, "InvalidRequestException")) throw new Failure(`${secret.name}: ${error.message}`);
    throw error;
  }
}
