import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { notEmulated } from "#endpoint/core/errors.ts";
import { tagList } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { describeSecret, stagesByVersion } from "../description.ts";
import type { SecretsManagerEngine } from "../engine.ts";
import { invalidParameter } from "../errors.ts";
import { filters, matchesFilters } from "../filters.ts";
import type { Secret } from "../secret.ts";
import { requestedValue } from "../values.ts";
import { CURRENT, versionById } from "../versions.ts";

const binary = v.union([v.string(), v.instance(Buffer)]);
export const requestToken = v.optional(v.pipe(v.string(), v.minLength(32), v.maxLength(64)));
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
  Tags: v.optional(tagList, []),
  AddReplicaRegions: v.optional(v.array(v.unknown()), []),
  ...content,
});
const deletion = v.object({
  ...identified.entries,
  RecoveryWindowInDays: v.optional(v.number()),
  ForceDeleteWithoutRecovery: v.optional(v.boolean(), false),
});
const listing = v.object({
  Filters: filters,
  MaxResults: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(100)), 100),
  NextToken: v.optional(v.string()),
  SortOrder: v.optional(v.picklist(["asc", "desc"]), "desc"),
  IncludePlannedDeletion: v.optional(v.boolean(), false),
});

export function secretOperations({ secrets, values, rotations, timer }: SecretsManagerEngine): Operations {
  /** The request that created the secret, arriving once more. */
  const createdBefore = (name: string, token: string | undefined): Secret | undefined =>
    secrets.list().find((secret) => secret.name === name && token !== undefined && versionById(secret.versions, token));

  return {
    CreateSecret: define(creation, ({ Name, Tags, AddReplicaRegions, ...input }) => {
      if (AddReplicaRegions.length > 0) throw notEmulated("Replication of secrets to other regions");
      const value = requestedValue(input.SecretString, input.SecretBinary);
      const secret =
        createdBefore(Name, input.ClientRequestToken) ??
        secrets.create(Name, { description: input.Description, kmsKeyId: input.KmsKeyId });
      for (const { Key, Value } of Tags) secret.tags.set(Key, Value);
      const named = { ARN: secret.arn, Name: secret.name };
      if (value.kind === "none") return named;
      const id = input.ClientRequestToken ?? randomUUID();
      return { ...named, VersionId: values.put(secret, { id, value, stages: [CURRENT] }).id };
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
      const start = NextToken === undefined ? 0 : Number(NextToken);
      const end = start + MaxResults;
      return {
        SecretList: chosen
          .slice(start, end)
          .map((secret) => ({ ...describeSecret(secret), SecretVersionsToStages: stagesByVersion(secret) })),
        ...(end < chosen.length && { NextToken: String(end) }),
      };
    }),
    UpdateSecret: define(v.object({ ...identified.entries, ...content }), ({ SecretId, ...input }) => {
      const secret = secrets.active(SecretId);
      if (input.Description !== undefined) secret.description = input.Description;
      if (input.KmsKeyId !== undefined) secret.kmsKeyId = input.KmsKeyId;
      const value = requestedValue(input.SecretString, input.SecretBinary);
      const named = { ARN: secret.arn, Name: secret.name };
      if (value.kind === "none") return named;
      const id = input.ClientRequestToken ?? randomUUID();
      return { ...named, VersionId: values.put(secret, { id, value, stages: [CURRENT] }).id };
    }),
    DeleteSecret: define(deletion, ({ SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force }) => {
      if (force && days !== undefined) {
        throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
      }
      if (days !== undefined && (days < 7 || days > 30)) {
        throw invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
      }
      const { secret, dueAt } = secrets.delete(SecretId, force ? undefined : (days ?? 30));
      rotations.stop(secret);
      return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(dueAt) };
    }),
    RestoreSecret: define(identified, ({ SecretId }) => {
      const secret = secrets.restore(SecretId);
      timer.reset();
      return { ARN: secret.arn, Name: secret.name };
    }),
    TagResource: define(v.object({ ...identified.entries, Tags: tagList }), ({ SecretId, Tags }) => {
      const secret = secrets.active(SecretId);
      for (const { Key, Value } of Tags) secret.tags.set(Key, Value);
      return {};
    }),
    UntagResource: define(
      v.object({ ...identified.entries, TagKeys: v.array(v.string()) }),
      ({ SecretId, TagKeys }) => {
        const secret = secrets.active(SecretId);
        for (const key of TagKeys) secret.tags.delete(key);
        return {};
      },
    ),
  };
}
