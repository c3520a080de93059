import { paginateListSecrets, type SecretListEntry, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { names, type StagePlan } from "#fleet";

type SecretPlan = StagePlan["secrets"][number];

/** A list takes ten names, or beginnings of names, to look for. */
const namesAtOnce = 10;

/**
 * The secrets of a stage that Secrets Manager lists, by their keys in the map: a hundred a page, with labels and tags but
 * without the dates of versions, and up to five minutes late. One adopted from another account is in no list.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export async function listSecrets(
  client: SecretsManagerClient,
  { stage }: StagePlan,
  secrets: readonly SecretPlan[],
): Promise<ReadonlyMap<string, SecretListEntry>> {
  const keys = new Map(secrets.map(({ key, name, adoptedArn }) => [adoptedArn ?? name, key]));
  const adopted = secrets.flatMap(({ adoptedArn = "" }) => /:secret:(.+)-\w{6}$/.exec(adoptedArn)?.[1] ?? []);
  const sought = [names.secretPrefix(stage), ...adopted];
  const found = new Map<string, SecretListEntry>();
  for (let at = 0; at < sought.length; at += namesAtOnce) {
    const Filters = [{ Key: "name" as const, Values: sought.slice(at, at + namesAtOnce) }];
    const asked = { Filters, MaxResults: 100, IncludePlannedDeletion: true };
    for await (const { SecretList = [] } of paginateListSecrets({ client }, asked)) {
      for (const entry of SecretList) {
        const key = keys.get(entry.ARN ?? "") ?? keys.get(entry.Name ?? "");
        if (key !== undefined) found.set(key, entry);
      }
    }
  }
  return found;
}
