import type { Quota } from "#endpoint/core/service.ts";

const each = (perSecond: number, ...operations: readonly string[]): Quota => ({
  operations,
  burst: perSecond,
  perSecond,
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
export const quotas: readonly Quota[] = [
  each(9, "DescribeAlarms"),
  each(9, "DescribeAlarmsForMetric"),
  each(3, "PutMetricAlarm"),
  each(3, "SetAlarmState"),
  each(50, "GetMetricData"),
  each(400, "GetMetricStatistics"),
  each(25, "ListMetrics"),
  each(500, "PutMetricData"),
];
