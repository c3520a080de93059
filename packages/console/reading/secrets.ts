import {
  ListSecretVersionIdsCommand,
  type ListSecretVersionIdsCommandOutput,
  paginateListSecrets,
  ResourceNotFoundException,
  type SecretListEntry,
} from "@aws-sdk/client-secrets-manager";
import { names, type StagePlan } from "#fleet";
import type { Secret, SecretVersion } from "../model/secret.ts";
import type { Clients } from "./clients.ts";
import { eachOf } from "./each.ts";

type SecretPlan = StagePlan["secrets"][number];

/**
 * Never requests a value, and needs no permission to. The list holds a hundred secrets a page, with the labels of their
 * versions; when those were created is asked of one secret at a time, and again only when its labels have moved.
 */
export function createSecretReader(plan: StagePlan, clients: Clients): () => Promise<readonly Secret[]> {
  const known: Known = new Map();
  return () => readSecrets(plan, clients, known);
}

type Known = Map<string, { readonly labels: string; readonly versions: readonly SecretVersion[] }>;

async function readSecrets(plan: StagePlan, { secrets }: Clients, known: Known): Promise<readonly Secret[]> {
  const entries = new Map<string, SecretListEntry>();
  const wanted = {
    MaxResults: 100,
    IncludePlannedDeletion: true,
    Filters: [{ Key: "name" as const, Values: [names.secretPrefix(plan.stage)] }],
  };
  for await (const { SecretList = [] } of paginateListSecrets({ client: secrets }, wanted)) {
    for (const entry of SecretList) entries.set(entry.Name ?? "", entry);
  }
  return await eachOf(plan.secrets, async (secret) => {
    const entry = entries.get(secret.name);
    if (entry === undefined) return secretOf(secret, entry, []);
    const labels = JSON.stringify([entry.CreatedDate, entry.SecretVersionsToStages]);
    const before = known.get(secret.name);
    const versions = before?.labels === labels ? before.versions : await versionsOf(secret.name, secrets);
    known.set(secret.name, { labels, versions });
    return secretOf(secret, entry, versions);
  });
}

function secretOf(plan: SecretPlan, entry: SecretListEntry | undefined, versions: readonly SecretVersion[]): Secret {
  const { RotationEnabled, LastRotatedDate, NextRotationDate, DeletedDate } = entry ?? {};
  return {
    key: plan.key,
    name: plan.name,
    usedBy: [...plan.usedBy],
    status: entry === undefined ? "absent" : DeletedDate === undefined ? "present" : "deleted",
    rotation: RotationEnabled === true ? "configured" : "none",
    ...(LastRotatedDate === undefined ? {} : { lastRotatedAt: LastRotatedDate.getTime() }),
    ...(NextRotationDate === undefined ? {} : { nextRotationAt: NextRotationDate.getTime() }),
    versions: [...versions],
  };
}

async function versionsOf(SecretId: string, client: Clients["secrets"]): Promise<readonly SecretVersion[]> {
  // One page holds all: a secret has about a hundred versions at most.
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
  const ask = new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true, MaxResults: 100 });
  const { Versions = [] } = await client
    .send(ask)
    .catch((error: unknown): Partial<ListSecretVersionIdsCommandOutput> => {
      // Deleted since it was listed.
      if (error instanceof ResourceNotFoundException) return {};
      throw error;
    });
  return Versions.map(({ VersionId = "", VersionStages = [], CreatedDate }) => ({
    id: VersionId,
    createdAt: CreatedDate?.getTime() ?? 0,
    labels: VersionStages.toSorted(),
  })).toSorted((a, b) => a.createdAt - b.createdAt);
}
