import type { Quota } from "#endpoint/core/service.ts";
import { perSecond } from "#endpoint/core/throttle.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-sts-requests */
export const quotas: readonly Quota[] = [perSecond(600, "AssumeRole", "GetCallerIdentity")];
