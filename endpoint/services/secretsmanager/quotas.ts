import type { Quota } from "#endpoint/core/service.ts";
import { perSecond } from "#endpoint/core/throttle.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
export const quotas: readonly Quota[] = [
  perSecond(10_000, "DescribeSecret", "GetSecretValue"),
  perSecond(50, "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"),
  perSecond(50, "CancelRotateSecret", "RotateSecret"),
  perSecond(50, "TagResource", "UntagResource"),
  perSecond(50, "DeleteResourcePolicy", "GetResourcePolicy", "PutResourcePolicy", "ValidateResourcePolicy"),
  perSecond(50, "CreateSecret"),
  perSecond(50, "DeleteSecret"),
  perSecond(50, "RestoreSecret"),
  perSecond(50, "GetRandomPassword"),
  perSecond(50, "ListSecretVersionIds"),
  perSecond(100, "ListSecrets"),
  perSecond(100, "BatchGetSecretValue"),
];
