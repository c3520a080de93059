import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  paginateListSecretVersionIds,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { eachOf } from "#aws/batches.ts";
import { listSecrets } from "#aws/listed-secrets.ts";
import type { SecretPlan } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { orMissing } from "../aws.ts";
import type { Stage } from "../stage.ts";
import { type DatedSecret, isSettled, type SecretFacts, type VersionFacts } from "../status/facts.ts";
import { findSecret } from "./find.ts";

export { findSecret };

/** For a secret that is in the map but not in the stage. */
export function missingText({ plan }: Stage, { name }: SecretPlan): string {
  return `${name} is in the map but not deployed in stage ${plan.stage}: ${howToDeploy(plan)}`;
}

/** What brings back one that is scheduled for deletion: until then no task that reads it starts. */
export function howToRestore(secret: SecretPlan): string {
  return `aws secretsmanager restore-secret --secret-id ${secretId(secret)}`;
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
type Described = Pick<
  DescribeSecretCommandOutput,
  "Tags" | "RotationEnabled" | "NextRotationDate" | "LastRotatedDate" | "CreatedDate" | "DeletedDate"
>;

/** A secret of the map that exists. */
export interface KnownSecret {
  readonly plan: SecretPlan;
  readonly described: Described;
  readonly facts: SecretFacts;
}

/**
 * Secrets Manager dates versions one secret a call, fifty calls a second. So many secrets are asked at most, beside those
 * whose value is on its way.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 */
const datedAtMost = 50;

/**
 * Those of the secrets that exist, by their keys: from a list of a hundred a page, which has their labels, up to five
 * minutes late. Asked for their versions are those that are not settled, then those that changed last.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export async function readSecrets(
  stage: Stage,
  wanted: readonly SecretPlan[] = stage.plan.secrets,
): Promise<ReadonlyMap<string, KnownSecret>> {
  const listed = await describeSecrets(stage, wanted);
  const isMoving = ({ plan, facts }: KnownSecret) => plan.usedBy.length > 0 && !isSettled(facts);
  const moving = listed.filter(isMoving);
  const newest = listed
    .filter((one) => !isMoving(one))
    .toSorted((one, other) => (other.facts.lastChangedAt ?? 0) - (one.facts.lastChangedAt ?? 0));
  const asked = new Set([...moving, ...newest.slice(0, Math.max(0, datedAtMost - moving.length))]);
  const known = await eachOf(listed, async (one) =>
    asked.has(one) ? { ...one, facts: { ...one.facts, versions: await readVersions(stage, one.plan) } } : one,
  );
  return new Map(known.map((one) => [one.plan.key, one]));
}

async function describeSecrets(stage: Stage, wanted: readonly SecretPlan[]): Promise<readonly KnownSecret[]> {
  const listed = await listSecrets(stage.aws.client(SecretsManagerClient), stage.plan, wanted);
  return wanted.flatMap((plan) => {
    const entry = listed.get(plan.key);
    if (entry === undefined) return [];
    const versions = Object.entries(entry.SecretVersionsToStages ?? {}).map(([id, labels]) => ({ id, labels }));
    return [{ plan, described: entry, facts: { ...factsOf(plan, entry), versions } }];
  });
}

/** @param key of the map */
export async function readSecret(stage: Stage, key: string): Promise<DatedSecret | undefined> {
  const plan = findSecret(stage.plan, key);
  const described = await describeSecret(stage, plan);
  return described && { ...factsOf(plan, described), versions: await readVersions(stage, plan) };
}

function factsOf(
  plan: SecretPlan,
  described: Pick<DescribeSecretCommandOutput, "Name" | "LastRotatedDate" | "LastChangedDate">,
): Omit<SecretFacts, "versions"> {
  return {
    key: plan.key,
    name: described.Name ?? plan.name,
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
