import {
  DescribeSecretCommand,
  paginateListSecrets,
  ResourceNotFoundException,
  type SecretListEntry,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { names, type StagePlan } from "#fleet";
import { eachOf } from "./batches.ts";

type SecretPlan = StagePlan["secrets"][number];

/** Of those that the list lacks so many are asked for: where more are missing, nothing is deployed. */
const describedAtMost = 100;

/**
 * The secrets of a stage that exist, adopted ones among them, by their keys in the map: a hundred a page, with labels and
 * tags but without the dates of versions. The list is up to five minutes late, so that what it lacks, or has as deleted,
 * is looked at.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export async function listSecrets(
  client: SecretsManagerClient,
  { stage }: StagePlan,
  secrets: readonly SecretPlan[],
): Promise<ReadonlyMap<string, SecretListEntry>> {
  const keys = new Map(secrets.map(({ key, name, adoptedArn }) => [adoptedArn ?? name, key]));
  const found = new Map<string, SecretListEntry>();
  const Filters = [{ Key: "name" as const, Values: [names.secretPrefix(stage)] }];
  const asked = { Filters, MaxResults: 100, IncludePlannedDeletion: true };
  for await (const { SecretList = [] } of paginateListSecrets({ client }, asked)) {
    for (const entry of SecretList) {
      const key = keys.get(entry.ARN ?? "") ?? keys.get(entry.Name ?? "");
      if (key !== undefined) found.set(key, entry);
    }
  }
  const doubtful = secrets.filter(({ key }) => !found.has(key) || found.get(key)?.DeletedDate !== undefined);
  await eachOf(doubtful.slice(0, describedAtMost), async ({ key, name, adoptedArn }) => {
    const entry = await describe(client, adoptedArn ?? name);
    if (entry === undefined) found.delete(key);
    else found.set(key, entry);
  });
  return found;
}

async function describe(client: SecretsManagerClient, SecretId: string): Promise<SecretListEntry | undefined> {
  try {
    const { VersionIdsToStages, $metadata: _, ...entry } = await client.send(new DescribeSecretCommand({ SecretId }));
    return { ...entry, ...(VersionIdsToStages !== undefined && { SecretVersionsToStages: VersionIdsToStages }) };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
