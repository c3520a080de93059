import type { Quota } from "#endpoint/core/service.ts";

const each = (perSecond: number, ...operations: readonly string[]): Quota => ({
  operations,
  burst: perSecond,
  perSecond,
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const quotas: readonly Quota[] = [
  each(10, "FilterLogEvents"),
  each(25, "GetLogEvents"),
  each(10, "DescribeLogGroups"),
  each(25, "DescribeLogStreams"),
  each(10, "CreateLogGroup"),
  each(50, "CreateLogStream"),
  each(5_000, "PutLogEvents"),
];
