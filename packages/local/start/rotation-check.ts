import { setTimeout as sleep } from "node:timers/promises";
import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SecretPlan, StagePlan } from "#fleet";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { awaitRolled } from "./rollout.ts";
import type { Steps } from "./steps.ts";

/** One rotation of the audit trail's token, end to end: created, proven, promoted, rolled, and the old one revoked. */
export async function checkRotation(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<void> {
  const secret = plan.secrets.find(({ key }) => key === "splunk");
  if (secret === undefined) return;
  const client = new SecretsManagerClient(clientSettings(fleet.cloud));
  const began = Date.now();
  const before = fleet.hec.listTokens().map(({ name }) => name);
  const promoted = await steps.attempt("rotate:splunk", `Rotation of ${secret.name}`, async () => {
    const old = await currentVersion(client, secret);
    await client.send(new RotateSecretCommand({ SecretId: secret.name }));
    await until(async () => (await currentVersion(client, secret)) !== old, "no new version became current");
    return "a new token is made, proven and current";
  });
  if (!promoted) return;
  await steps.attempt("rotate:rolled", `Services that use ${secret.name}`, async () => {
    await awaitRolled(fleet, plan, secret.usedBy, began);
    return `${secret.usedBy.join(", ")} on the new token`;
  });
  await steps.attempt("rotate:revoked", "The old token", async () => {
    await until(
      () => fleet.hec.listTokens().every(({ name, disabled }) => disabled || !before.includes(name)),
      "the old token is still accepted",
    );
    return "revoked at Splunk";
  });
}

async function currentVersion(client: SecretsManagerClient, { name }: SecretPlan): Promise<string | undefined> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: name }));
  return Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes("AWSCURRENT"))?.[0];
}

async function until(reached: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`After 60 s ${otherwise}.`);
    await sleep(200);
  }
}
