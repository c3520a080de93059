import type { Secret } from "./secret.ts";
import type { Version } from "./versions.ts";

const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));

/** Absent while there is none, as whatever a secret never had; tags that were all taken off leave an empty list. */
export function stagesByVersion(secret: Secret): Readonly<Record<string, readonly string[]>> | undefined {
  const labelled = secret.versions.filter((version) => version.stages.length > 0);
  return labelled.length === 0 ? undefined : Object.fromEntries(labelled.map(({ id, stages }) => [id, stages]));
}

export function describeVersion({ id, stages, accessedAt, createdAt }: Version) {
  return {
    VersionId: id,
    VersionStages: stages.length === 0 ? undefined : stages,
    LastAccessedDate: date(accessedAt),
    CreatedDate: new Date(createdAt),
    KmsKeyIds: ["DefaultEncryptionKey"],
  };
}

/** What `DescribeSecret` and the entries of `ListSecrets` have in common. */
export function describeSecret(secret: Secret) {
  const { rotation } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description || undefined,
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
    Tags: secret.tags && [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
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
