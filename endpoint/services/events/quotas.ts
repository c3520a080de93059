import type { Quota } from "#endpoint/core/service.ts";
import { perSecond } from "#endpoint/core/throttle.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const quotas: readonly Quota[] = [perSecond(10_000, "PutEvents")];
