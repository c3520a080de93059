import type { Quota } from "#endpoint/core/service.ts";
import { perSecond } from "#endpoint/core/throttle.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const quotas: readonly Quota[] = [
  perSecond(10, "FilterLogEvents"),
  perSecond(25, "GetLogEvents"),
  perSecond(10, "DescribeLogGroups"),
  perSecond(25, "DescribeLogStreams"),
  perSecond(10, "CreateLogGroup"),
  perSecond(50, "CreateLogStream"),
  perSecond(5_000, "PutLogEvents"),
];
