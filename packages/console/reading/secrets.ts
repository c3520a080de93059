import {
  ListSecretVersionIdsCommand,
  type ListSecretVersionIdsCommandOutput,
  ResourceNotFoundException,
  type SecretListEntry,
} from "@aws-sdk/client-secrets-manager";
import { eachOf } from "#aws/batches.ts";
import { listSecrets } from "#aws/listed-secrets.ts";
import type { StagePlan } from "#fleet";
import { functionsReading } from "#fleet/secret-readers.ts";
import type { Secret, SecretVersion } from "../model/secret.ts";
import type { Clients } from "./clients.ts";

type SecretPlan = StagePlan["secrets"][number];

/** So many are asked for their versions in one reading, of the fifty a second that AWS allows an account. */
const askedAtOnce = 50;

/**
 * Never requests a value, and needs no permission to. The list holds a hundred secrets a page, with the labels of their
 * versions; when those were created is asked of one secret at a time, and once: those that changed last come first, and
 * the others in the readings that follow.
 */
export function createSecretReader(plan: StagePlan, clients: Clients): () => Promise<readonly Secret[]> {
  const known: Known = new Map();
  return () => readSecrets(plan, clients, known);
}

/** By its ARN, which another secret of the same name does not have: the dates of a secret's versions. */
type Known = Map<string, ReadonlyMap<string, number>>;

async function readSecrets(plan: StagePlan, { secrets: client }: Clients, known: Known): Promise<readonly Secret[]> {
  const listed = await listSecrets(client, plan, plan.secrets);
  const undated = [...listed.values()]
    .filter(({ ARN = "", SecretVersionsToStages = {} }) =>
      Object.keys(SecretVersionsToStages).some((id) => !known.get(ARN)?.has(id)),
    )
    .toSorted((one, other) => (other.LastChangedDate?.getTime() ?? 0) - (one.LastChangedDate?.getTime() ?? 0));
  await eachOf(undated.slice(0, askedAtOnce), async ({ ARN = "" }) => known.set(ARN, await datesOf(ARN, client)));
  return plan.secrets.map((secret) => {
    const entry = listed.get(secret.key);
    return secretOf(plan, secret, entry, versionsIn(entry, known.get(entry?.ARN ?? "") ?? new Map()));
  });
}

function versionsIn(
  { SecretVersionsToStages: labels = {} }: Pick<SecretListEntry, "SecretVersionsToStages"> = {},
  dates: ReadonlyMap<string, number>,
): readonly SecretVersion[] {
  const ids = new Set([...dates.keys(), ...Object.keys(labels)]);
  const rank = (of: readonly string[]) => ["AWSPREVIOUS", "AWSCURRENT"].findIndex((label) => of.includes(label));
  return [...ids]
    .map((id): SecretVersion => {
      const createdAt = dates.get(id);
      return { id, ...(createdAt !== undefined && { createdAt }), labels: (labels[id] ?? []).toSorted() };
    })
    .toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || rank(a.labels) - rank(b.labels));
}

function secretOf(
  plan: StagePlan,
  { key, name, usedBy }: SecretPlan,
  entry: SecretListEntry | undefined,
  versions: readonly SecretVersion[],
): Secret {
  const { RotationEnabled, LastRotatedDate, NextRotationDate, DeletedDate } = entry ?? {};
  return {
    key,
    name,
    usedBy: [...usedBy],
    functions: functionsReading(plan, key),
    status: entry === undefined ? "absent" : DeletedDate === undefined ? "present" : "deleted",
    rotation: RotationEnabled === true ? "configured" : "none",
    ...(LastRotatedDate === undefined ? {} : { lastRotatedAt: LastRotatedDate.getTime() }),
    ...(NextRotationDate === undefined ? {} : { nextRotationAt: NextRotationDate.getTime() }),
    versions: [...versions],
  };
}

async function datesOf(SecretId: string, client: Clients["secrets"]): Promise<ReadonlyMap<string, number>> {
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
  return new Map(Versions.map(({ VersionId = "", CreatedDate }) => [VersionId, CreatedDate?.getTime() ?? 0]));
}
