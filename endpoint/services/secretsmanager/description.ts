import type { Secret } from "./secret.ts";
import type { Version } from "./versions.ts";

const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));

export function tagsOf(secret: Secret) {
  return [...secret.tags].map(([Key, Value]) => ({ Key, Value }));
}

export function stagesByVersion(secret: Secret): Readonly<Record<string, readonly string[]>> {
  const labelled = secret.versions.filter((version) => version.stages.length > 0);
  return Object.fromEntries(labelled.map((version) => [version.id, version.stages]));
}

/** What `DescribeSecret` and the entries of `ListSecrets` have in common. */
export function describeSecret(secret: Secret) {
  const { rotation } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    ...(rotation !== undefined && {
      RotationEnabled: rotation.enabled,
      RotationLambdaARN: rotation.lambdaArn,
      RotationRules: rotation.rules,
      NextRotationDate: date(rotation.nextAt),
    }),
    LastRotatedDate: date(secret.rotatedAt),
    LastChangedDate: new Date(secret.changedAt),
    LastAccessedDate: date(secret.accessedAt),
    DeletedDate: date(secret.deletionAt),
    Tags: tagsOf(secret),
    CreatedDate: new Date(secret.createdAt),
  };
}

export function describeValue(secret: Secret, version: Version) {
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...(version.value.kind === "text" && { SecretString: version.value.text }),
    ...(version.value.kind === "binary" && { SecretBinary: Buffer.from(version.value.base64, "base64") }),
    VersionStages: version.stages,
    CreatedDate: new Date(version.createdAt),
  };
}
