import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SecretPlan, StagePlan } from "#fleet";
import { current, settled, settlingTag } from "#rotation/labels.ts";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { poll } from "./poll.ts";
import { awaitRolled } from "./rollout.ts";
import type { Steps } from "./steps.ts";

const withinMs = 60_000;

/** One rotation of the audit trail's token, end to end: created, tested, promoted, rolled, and the old one revoked. */
export async function checkRotation(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<void> {
  const secret = plan.secrets.find(
    ({ rotation, adoptedArn }) => "issuer" in rotation && rotation.issuer === "splunk-hec" && adoptedArn === undefined,
  );
  if (secret === undefined) return steps.leaveOut("Rotation", "no secret of the map has the issuer splunk-hec");
  const client = new SecretsManagerClient(clientSettings(fleet.cloud));
  const began = Date.now();
  const before = fleet.hec.listTokens().map(({ name }) => name);
  const promoted = await steps.attempt(`rotate:${secret.key}`, `Rotation of ${secret.name}`, async () => {
    await poll(
      async () => ((await isSettled(client, secret)) ? undefined : "its last change is not settled"),
      withinMs,
    );
    const old = await currentVersion(client, secret);
    await client.send(new RotateSecretCommand({ SecretId: secret.name }));
    await poll(
      async () => ((await currentVersion(client, secret)) === old ? "no new version became current" : undefined),
      withinMs,
    );
    return "a new token is created, tested and current";
  });
  if (!promoted) return;
  if (secret.usedBy.length > 0)
    await steps.attempt("rotate:rolled", `Services that use ${secret.name}`, async () => {
      await awaitRolled(fleet, plan, secret.usedBy, began);
      return `${secret.usedBy.join(", ")} on the new token`;
    });
  await steps.attempt("rotate:revoked", "The old token", async () => {
    const isRevoked = () => fleet.hec.listTokens().every(({ name, disabled }) => disabled || !before.includes(name));
    await poll(() => (isRevoked() ? undefined : "the old token is still accepted"), withinMs);
    return "revoked at Splunk";
  });
}

/** Whether the last change of the secret is settled: nothing rotates before. */
async function isSettled(client: SecretsManagerClient, { name }: SecretPlan): Promise<boolean> {
  const { VersionIdsToStages = {}, Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId: name }));
  const now = Object.values(VersionIdsToStages).find((stages) => stages.includes(current));
  return now?.includes(settled) === true && !Tags.some(({ Key }) => Key === settlingTag);
}

async function currentVersion(client: SecretsManagerClient, { name }: SecretPlan): Promise<string | undefined> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: name }));
  return Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes(current))?.[0];
}
