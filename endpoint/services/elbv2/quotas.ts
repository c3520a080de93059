import type { Quota } from "#endpoint/core/service.ts";

/** What changes nothing shares a bucket: https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html */
export const quotas: readonly Quota[] = [
  {
    operations: [
      ...["DescribeListenerAttributes", "DescribeListenerCertificates", "DescribeListeners"],
      ...["DescribeLoadBalancerAttributes", "DescribeLoadBalancers", "DescribeRules", "DescribeTags"],
      ...["DescribeTargetGroupAttributes", "DescribeTargetGroups", "DescribeTargetHealth"],
    ],
    burst: 40,
    perSecond: 10,
  },
];
