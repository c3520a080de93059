import * as v from "valibot";
import { notEmulated } from "#endpoint/core/errors.ts";
import { pageOf } from "#endpoint/core/page.ts";
import { tagList } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { describeSecret, stagesByVersion } from "../description.ts";
import type { SecretsManagerEngine } from "../engine.ts";
import { invalidNextToken, invalidParameter } from "../errors.ts";
import { filters, matchesFilters } from "../filters.ts";
import type { Secret } from "../secret.ts";
import { requestedValue } from "../values.ts";
import { CURRENT, versionById } from "../versions.ts";

const binary = v.union([v.string(), v.instance(Buffer)]);
/** The SDKs make one up where the caller does not. */
export const requestToken = v.pipe(v.string(), v.minLength(32), v.maxLength(64));
export const identified = v.object({ SecretId: v.string() });

const content = {
  SecretString: v.optional(v.string()),
  SecretBinary: v.optional(binary),
  ClientRequestToken: requestToken,
  Description: v.optional(v.string()),
  KmsKeyId: v.optional(v.string()),
};
const creation = v.object({
  Name: v.string(),
  Tags: v.optional(tagList),
  AddReplicaRegions: v.optional(v.array(v.unknown()), []),
  ...content,
});
type ContentRequest = Pick<v.InferOutput<typeof creation>, "SecretString" | "SecretBinary" | "ClientRequestToken">;
const deletion = v.object({
  ...identified.entries,
  RecoveryWindowInDays: v.optional(v.number()),
  ForceDeleteWithoutRecovery: v.optional(v.boolean(), false),
});
export const page = {
  MaxResults: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(100)), 100),
  NextToken: v.optional(v.string()),
};
const listing = v.object({
  Filters: filters,
  ...page,
  SortOrder: v.optional(v.picklist(["asc", "desc"]), "desc"),
  IncludePlannedDeletion: v.optional(v.boolean(), false),
});

export function secretOperations({ clock, secrets, values, rotations, timer }: SecretsManagerEngine): Operations {
  const write = (secret: Secret, input: ContentRequest) => {
    const value = requestedValue(input.SecretString, input.SecretBinary);
    if (value.kind === "none") return undefined;
    return values.put(secret, { id: input.ClientRequestToken, value, stages: [CURRENT] }).id;
  };
  /** The request that created the secret, arriving once more. */
  const createdBefore = (name: string, token: string): Secret | undefined =>
    secrets.list().find((secret) => secret.name === name && versionById(secret.versions, token));

  return {
    CreateSecret: define(creation, ({ Name, Tags, AddReplicaRegions, ...input }) => {
      if (AddReplicaRegions.length > 0) throw notEmulated("Replication of secrets to other regions");
      requestedValue(input.SecretString, input.SecretBinary);
      const secret =
        createdBefore(Name, input.ClientRequestToken) ??
        secrets.create(Name, { description: input.Description, kmsKeyId: input.KmsKeyId });
      if (Tags !== undefined) putTags(secret, Tags);
      return { ARN: secret.arn, Name: secret.name, VersionId: write(secret, input) };
    }),
    DescribeSecret: define(identified, ({ SecretId }) => {
      const secret = secrets.find(SecretId);
      return { ...describeSecret(secret), VersionIdsToStages: stagesByVersion(secret) };
    }),
    ListSecrets: define(listing, ({ Filters, MaxResults, NextToken, SortOrder, IncludePlannedDeletion }) => {
      const chosen = secrets
        .list()
        .filter((secret) => IncludePlannedDeletion || secret.deletionAt === undefined)
        .filter((secret) => matchesFilters(secret, Filters))
        .toSorted((a, b) => (SortOrder === "asc" ? a.createdAt - b.createdAt : b.createdAt - a.createdAt));
      const { items, next } = pageOf(chosen, MaxResults, NextToken, invalidNextToken);
      return {
        SecretList: items.map((secret) => ({
          ...describeSecret(secret),
          SecretVersionsToStages: stagesByVersion(secret),
        })),
        NextToken: next,
      };
    }),
    UpdateSecret: define(v.object({ ...identified.entries, ...content }), ({ SecretId, ...input }) => {
      const secret = secrets.active(SecretId);
      if (input.Description !== undefined) secret.description = input.Description;
      if (input.KmsKeyId !== undefined) secret.kmsKeyId = input.KmsKeyId;
      return { ARN: secret.arn, Name: secret.name, VersionId: write(secret, input) };
    }),
    DeleteSecret: define(deletion, ({ SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force }) => {
      if (force && days !== undefined) {
        throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
      }
      if (days !== undefined && (days < 7 || days > 30)) {
        throw invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
      }
      if (force) {
        const gone = secrets.force(SecretId);
        rotations.stop(gone);
        return { ARN: gone.arn, Name: gone.name, DeletionDate: new Date(clock.now()) };
      }
      const { secret, dueAt } = secrets.schedule(SecretId, days ?? 30);
      rotations.stop(secret);
      return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(dueAt) };
    }),
    RestoreSecret: define(identified, ({ SecretId }) => {
      const secret = secrets.restore(SecretId);
      timer.reset();
      return { ARN: secret.arn, Name: secret.name };
    }),
    TagResource: define(v.object({ ...identified.entries, Tags: tagList }), ({ SecretId, Tags }) => {
      putTags(secrets.active(SecretId), Tags);
      return {};
    }),
    UntagResource: define(
      v.object({ ...identified.entries, TagKeys: v.array(v.string()) }),
      ({ SecretId, TagKeys }) => {
        const secret = secrets.active(SecretId);
        secret.tags = secret.tags && new Map([...secret.tags].filter(([key]) => !TagKeys.includes(key)));
        return {};
      },
    ),
  };
}

export function putTags(secret: Secret, tags: readonly { readonly Key: string; readonly Value: string }[]): void {
  secret.tags = new Map([...(secret.tags ?? []), ...tags.map(({ Key, Value }) => [Key, Value] as const)]);
}
