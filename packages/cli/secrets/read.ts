import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  paginateListSecrets,
  paginateListSecretVersionIds,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { eachOf } from "#console/reading/each.ts";
import { names, type SecretPlan } from "#fleet";
import { howToDeploy, orMissing } from "../aws.ts";
import type { Stage } from "../stage.ts";
import type { SecretFacts, VersionFacts } from "../status/facts.ts";
import { findSecret } from "./find.ts";

export { findSecret };

/** For a secret that is in the map but not in the stage. */
export function missingText({ plan }: Stage, { name }: SecretPlan): string {
  return `${name} is in the map but not deployed in stage ${plan.stage}: ${howToDeploy(plan)}`;
}

/** How Secrets Manager identifies it: an adopted secret has a name of its own. */
export function secretId({ adoptedArn, name }: SecretPlan): string {
  return adoptedArn ?? name;
}

/** Enough of a version's id to name it; `fleet secrets stage` accepts it, too. */
export function shortId(version: string): string {
  return version.slice(0, 8);
}

/** What Secrets Manager knows about a secret, except its value; `undefined` if there is no such secret. */
export async function describeSecret(
  { aws }: Pick<Stage, "aws">,
  secret: SecretPlan,
): Promise<DescribeSecretCommandOutput | undefined> {
  const command = new DescribeSecretCommand({ SecretId: secretId(secret) });
  return orMissing(aws.client(SecretsManagerClient).send(command), "ResourceNotFoundException");
}

/** What `DescribeSecret` and `ListSecrets` both know. */
export type Described = Pick<
  DescribeSecretCommandOutput,
  "Name" | "Tags" | "RotationEnabled" | "NextRotationDate" | "LastRotatedDate" | "LastChangedDate" | "CreatedDate"
>;

/** All secrets of the map that exist, by their keys: the stage's own page by page, the adopted ones one by one. */
export async function describeSecrets({ aws, plan }: Stage): Promise<ReadonlyMap<string, Described>> {
  const client = aws.client(SecretsManagerClient);
  const found = new Map<string, Described>();
  const keys = new Map(plan.secrets.flatMap(({ key, name, adoptedArn }) => (adoptedArn ? [] : [[name, key] as const])));
  const input = { Filters: [{ Key: "name" as const, Values: [names.secretPrefix(plan.stage)] }], MaxResults: 100 };
  for await (const { SecretList = [] } of paginateListSecrets({ client }, input))
    for (const secret of SecretList) {
      const key = keys.get(secret.Name ?? "");
      if (key !== undefined) found.set(key, secret);
    }
  const adopted = plan.secrets.filter(({ adoptedArn }) => adoptedArn !== undefined);
  const described = await eachOf(adopted, (secret) => describeSecret({ aws }, secret));
  adopted.forEach(({ key }, at) => {
    const one = described[at];
    if (one !== undefined) found.set(key, one);
  });
  return found;
}

/** @param key of the map */
export async function readSecret(stage: Stage, key: string): Promise<SecretFacts | undefined> {
  const plan = findSecret(stage.plan, key);
  const described = await describeSecret(stage, plan);
  return described === undefined ? undefined : readFacts(stage, plan, described);
}

/** What is known of a secret that was described. */
export async function readFacts(stage: Stage, plan: SecretPlan, described: Described): Promise<SecretFacts> {
  return {
    key: plan.key,
    name: described.Name ?? plan.name,
    versions: await readVersions(stage, plan),
    lastRotatedAt: described.LastRotatedDate?.getTime(),
    lastChangedAt: described.LastChangedDate?.getTime(),
  };
}

async function readVersions({ aws }: Stage, secret: SecretPlan): Promise<readonly VersionFacts[]> {
  const client = aws.client(SecretsManagerClient);
  const input = { SecretId: secretId(secret), IncludeDeprecated: true };
  const versions: VersionFacts[] = [];
  for await (const page of paginateListSecretVersionIds({ client }, input)) {
    for (const { VersionId, VersionStages, CreatedDate } of page.Versions ?? []) {
      versions.push({
        id: VersionId ?? "",
        labels: VersionStages ?? [],
        createdAt: CreatedDate?.getTime() ?? 0,
      });
    }
  }
  return versions.toSorted((one, other) => other.createdAt - one.createdAt);
}
