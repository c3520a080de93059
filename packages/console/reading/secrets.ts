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

type SecretPlan = StagePlan["secrets"][number];

/** Never requests a value, and needs no permission to. */
export async function readSecrets(plan: StagePlan, { secrets }: Clients): Promise<readonly Secret[]> {
  const entries = new Map<string, SecretListEntry>();
  const wanted = {
    IncludePlannedDeletion: true,
    Filters: [{ Key: "name" as const, Values: [names.secretPrefix(plan.stage)] }],
  };
  for await (const { SecretList = [] } of paginateListSecrets({ client: secrets }, wanted)) {
    for (const entry of SecretList) entries.set(entry.Name ?? "", entry);
  }
  return await Promise.all(
    plan.secrets.map(async (secret) => {
      const entry = entries.get(secret.name);
      return secretOf(secret, entry, entry === undefined ? [] : await versionsOf(secret.name, secrets));
    }),
  );
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
