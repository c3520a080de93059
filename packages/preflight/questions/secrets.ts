import { type SecretListEntry, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { listSecrets } from "#aws/listed-secrets.ts";
import type { SecretPlan } from "#fleet";
import { readStack } from "../deployed.ts";
import type { Obstacle, Question, Site } from "../question.ts";

/** Secrets outlive their stage, and a name that is taken, or scheduled for deletion, cannot be created. */
export const secrets: Question = {
  about: "whether secrets of an earlier stage are in the way",
  async ask(site) {
    const own = (await readStack(site, "Secrets")) ?? new Map<string, string>();
    const created = site.plan.secrets.filter(({ adoptedArn }) => adoptedArn === undefined);
    const listed = await listSecrets(site.aws.client(SecretsManagerClient), site.plan, created);
    return created.flatMap((secret) => judgeSecret(site.plan, secret, listed.get(secret.key), own));
  },
};

function judgeSecret(
  plan: Site["plan"],
  { key, name }: SecretPlan,
  found: Pick<SecretListEntry, "ARN" | "DeletedDate"> | undefined,
  own: ReadonlyMap<string, string>,
): readonly Obstacle[] {
  if (found?.ARN === undefined || (own.has(found.ARN) && found.DeletedDate === undefined)) return [];
  const adopt = `adopt it (stages.${plan.stage}.adopt.secrets: { "${key}": "${found.ARN}" })`;
  const force = `aws secretsmanager delete-secret --secret-id ${name} --force-delete-without-recovery`;
  if (found.DeletedDate !== undefined)
    return [
      {
        evidence: `The secret ${name} is scheduled for deletion: its name is taken until then.`,
        remedy: `aws secretsmanager restore-secret --secret-id ${name}, then ${own.has(found.ARN) ? "deploy" : adopt}; or, if nobody needs its value, ${force}`,
      },
    ];
  return [
    {
      evidence: `The secret ${name} exists, and this stage did not create it.`,
      remedy: `If its value is wanted, ${adopt}; else ${force}`,
    },
  ];
}
