import { RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { names, type SecretPlan } from "#fleet";
import { current, pending } from "#rotation/labels.ts";
import { isAwsError } from "../aws.ts";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";
import { describeSecret, missingText, readSecret, secretId } from "./read.ts";
import { rollText } from "./rolls.ts";

/** @param atMostMs how long to wait until the new version is current; `undefined` does not wait */
export async function rotate(stage: Stage, secret: SecretPlan, atMostMs: number | undefined): Promise<ExitCode> {
  const { terminal, plan, signal } = stage;
  const version = await begin(stage, secret);
  if (atMostMs === undefined) {
    terminal.print(`${secret.name}: rotation to version ${version} began.`);
    terminal.print(`fleet secrets history ${secret.key} shows when it is current.`);
    return 0;
  }
  let far = "began";
  const look = async () => {
    const facts = await readSecret(stage, secret.key);
    const labels = facts?.versions.find(({ id }) => id === version)?.labels ?? [];
    far = labels.includes(pending) ? "is made and proven" : "waits for the rotation function";
    return labels.includes(current) || undefined;
  };
  const log = `/aws/lambda/${names.function(plan.stage, "rotate-secret")}`;
  await waitFor(look, {
    everyMs: pollMs(plan),
    atMostMs,
    signal,
    until: `version ${version.slice(0, 8)} of ${secret.name} to be current; why it is not: aws logs tail ${log}`,
    progress: { terminal, tell: () => `${secret.name}: version ${version.slice(0, 8)} ${far}` },
    meanwhile: `The rotation goes on: fleet secrets history ${secret.key} shows when it is current.`,
  });
  terminal.print(`Version ${version} of ${secret.name} is current.`);
  terminal.print(rollText(plan, secret));
  return 0;
}

async function begin(stage: Stage, secret: SecretPlan): Promise<string> {
  const described = await describeSecret(stage, secret);
  if (described === undefined) throw new Failure(missingText(stage, secret));
  if (described.RotationLambdaARN === undefined)
    throw new Failure(
      `Nothing rotates ${secret.name}: ${reasonNot(secret)} Put a new value with fleet secrets set ${secret.key}.`,
    );
  try {
    const command = new RotateSecretCommand({ SecretId: secretId(secret), RotateImmediately: true });
    return (await stage.aws.client(SecretsManagerClient).send(command)).VersionId ?? "";
  } catch (error) {
    if (isAwsError(error, "InvalidRequestException"))
      throw new Failure(`${secret.name}: ${error.message} See fleet secrets history ${secret.key}`);
    throw error;
  }
}

function reasonNot({ rotation }: SecretPlan): string {
  return "declined" in rotation ? rotation.declined : "no function is set for it; a deploy sets the map's.";
}
