import type { Quota } from "#endpoint/core/service.ts";
import { perSecond } from "#endpoint/core/throttle.ts";

/** https://docs.aws.amazon.com/general/latest/gr/sns.html#limits_sns */
export const quotas: readonly Quota[] = [
  perSecond(30_000, "Publish"),
  perSecond(3_000, "PublishBatch"),
  perSecond(100, "Subscribe", "Unsubscribe"),
  perSecond(30, "ListTopics"),
  perSecond(30, "ListSubscriptions"),
  perSecond(30, "ListSubscriptionsByTopic"),
  perSecond(10, "TagResource"),
  perSecond(10, "UntagResource"),
  perSecond(10, "ListTagsForResource"),
];
