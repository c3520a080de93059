import { SecretsManagerClient, UpdateSecretVersionStageCommand } from "@aws-sdk/client-secrets-manager";
import type { SecretPlan } from "#fleet";
import { type ExitCode, Failure, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readSecret, secretId } from "./read.ts";

/**
 * Moves a label from the version that has it. Moving AWSCURRENT moves AWSPREVIOUS along, as Secrets Manager does it.
 * @param version its id, or a beginning of it that fits one alone
 */
export async function moveLabel(stage: Stage, secret: SecretPlan, version: string, label: string): Promise<ExitCode> {
  const facts = await readSecret(stage, secret.key);
  if (facts === undefined) throw new Failure(`${secret.name} does not exist in stage ${stage.plan.stage}.`);
  const [target, ...others] = facts.versions.filter(({ id }) => id.startsWith(version));
  if (target === undefined || others.length > 0)
    throw new UsageError(
      `${version} is ${target === undefined ? "no version" : "the beginning of several versions"} of ${secret.name}: fleet secrets history ${secret.key} lists them.`,
    );
  const holder = facts.versions.find(({ labels }) => labels.includes(label));
  if (holder?.id === target.id) {
    stage.terminal.print(`${label} is on version ${target.id} of ${secret.name} already.`);
    return 0;
  }
  await stage.aws.client(SecretsManagerClient).send(
    new UpdateSecretVersionStageCommand({
      SecretId: secretId(secret),
      VersionStage: label,
      MoveToVersionId: target.id,
      ...(holder !== undefined && { RemoveFromVersionId: holder.id }),
    }),
  );
  stage.terminal.print(`${label} is on version ${target.id} of ${secret.name}.`);
  return 0;
}
