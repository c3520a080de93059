import type { Quota } from "#endpoint/core/service.ts";

const each = (perSecond: number, ...operations: readonly string[]): Quota => ({
  operations,
  burst: perSecond,
  perSecond,
});

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
export const quotas: readonly Quota[] = [
  each(10_000, "DescribeSecret", "GetSecretValue"),
  each(50, "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"),
  each(50, "CancelRotateSecret", "RotateSecret"),
  each(50, "TagResource", "UntagResource"),
  each(50, "DeleteResourcePolicy", "GetResourcePolicy", "PutResourcePolicy", "ValidateResourcePolicy"),
  each(50, "CreateSecret"),
  each(50, "DeleteSecret"),
  each(50, "RestoreSecret"),
  each(50, "GetRandomPassword"),
  each(50, "ListSecretVersionIds"),
  each(100, "ListSecrets"),
  each(100, "BatchGetSecretValue"),
];
