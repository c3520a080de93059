import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { pageOf } from "#endpoint/core/page.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { describeValue, describeVersion } from "../description.ts";
import type { SecretsManagerEngine } from "../engine.ts";
import { invalidNextToken, invalidParameter } from "../errors.ts";
import { filters, matchesFilters } from "../filters.ts";
import { passwordRules, randomPassword } from "../password.ts";
import { requestedValue } from "../values.ts";
import { CURRENT } from "../versions.ts";
import { identified, page, requestToken } from "./secrets.ts";

const reading = v.object({
  ...identified.entries,
  VersionId: v.optional(v.string()),
  VersionStage: v.optional(v.string()),
});
const writing = v.object({
  ...identified.entries,
  ClientRequestToken: requestToken,
  SecretString: v.optional(v.string()),
  SecretBinary: v.optional(v.union([v.string(), v.instance(Buffer)])),
  VersionStages: v.optional(v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(20)), [CURRENT]),
});
const moving = v.object({
  ...identified.entries,
  VersionStage: v.string(),
  MoveToVersionId: v.optional(v.string()),
  RemoveFromVersionId: v.optional(v.string()),
});
const batch = v.object({ SecretIdList: v.optional(v.pipe(v.array(v.string()), v.maxLength(20))), Filters: filters });

export function valueOperations({ secrets, values }: SecretsManagerEngine): Operations {
  const read = (SecretId: string, id?: string, stage?: string) => {
    const secret = secrets.active(SecretId);
    return describeValue(secret, values.read(secret, { id, stage }));
  };
  return {
    GetSecretValue: define(reading, ({ SecretId, VersionId, VersionStage }) => read(SecretId, VersionId, VersionStage)),
    BatchGetSecretValue: define(batch, ({ SecretIdList, Filters }) => {
      const ids =
        SecretIdList ??
        secrets
          .list()
          .filter((one) => matchesFilters(one, Filters))
          .map((one) => one.arn);
      const found: ReturnType<typeof read>[] = [];
      const Errors: { SecretId: string; ErrorCode: string; Message: string }[] = [];
      for (const id of ids) {
        try {
          found.push(read(id));
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
        }
      }
      return { SecretValues: found, Errors };
    }),
    PutSecretValue: define(writing, ({ SecretId, ClientRequestToken, SecretString, SecretBinary, VersionStages }) => {
      const secret = secrets.active(SecretId);
      const value = requestedValue(SecretString, SecretBinary);
      if (value.kind === "none") throw invalidParameter("You must provide either SecretString or SecretBinary.");
      const version = values.put(secret, { id: ClientRequestToken, value, stages: VersionStages });
      return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: version.stages };
    }),
    UpdateSecretVersionStage: define(moving, ({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId }) => {
      const secret = secrets.active(SecretId);
      values.move(secret, { label: VersionStage, to: MoveToVersionId, from: RemoveFromVersionId });
      return { ARN: secret.arn, Name: secret.name };
    }),
    ListSecretVersionIds: define(
      v.object({ ...identified.entries, ...page, IncludeDeprecated: v.optional(v.boolean(), false) }),
      ({ SecretId, IncludeDeprecated, MaxResults, NextToken }) => {
        const secret = secrets.find(SecretId);
        const versions = secret.versions.filter((version) => IncludeDeprecated || version.stages.length > 0);
        const { items, next } = pageOf(versions, MaxResults, NextToken, invalidNextToken);
        return { ARN: secret.arn, Name: secret.name, Versions: items.map(describeVersion), NextToken: next };
      },
    ),
    GetRandomPassword: define(passwordRules, (rules) => ({ RandomPassword: randomPassword(rules) })),
  };
}
