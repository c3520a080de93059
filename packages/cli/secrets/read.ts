import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  paginateListSecretVersionIds,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { SecretPlan, StagePlan } from "#fleet";
import { orMissing } from "../aws.ts";
import { UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import type { SecretFacts, VersionFacts } from "../status/facts.ts";

/** A secret of the map by its key, or by its name in Secrets Manager. */
export function findSecret({ stage, secrets }: StagePlan, wanted: string): SecretPlan {
  const found = secrets.find(({ key, name }) => key === wanted || name === wanted);
  if (found !== undefined) return found;
  throw new UsageError(`No secret ${wanted} in stage ${stage}: it has ${secrets.map(({ key }) => key).join(", ")}.`);
}

/** How Secrets Manager is told which one: an adopted secret has a name of its own. */
export function secretId({ adoptedArn, name }: SecretPlan): string {
  return adoptedArn ?? name;
}

/** What Secrets Manager says about a secret, never its value; `undefined` where there is none. */
export async function describeSecret(
  { aws }: Stage,
  secret: SecretPlan,
): Promise<DescribeSecretCommandOutput | undefined> {
  const command = new DescribeSecretCommand({ SecretId: secretId(secret) });
  return orMissing(aws.client(SecretsManagerClient).send(command), "ResourceNotFoundException");
}

/** @param key of the map */
export async function readSecret(stage: Stage, key: string): Promise<SecretFacts | undefined> {
  const plan = findSecret(stage.plan, key);
  const described = await describeSecret(stage, plan);
  if (described === undefined) return undefined;
  return {
    key,
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
