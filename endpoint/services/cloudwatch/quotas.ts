import type { Quota } from "#endpoint/core/service.ts";
import { perSecond } from "#endpoint/core/throttle.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
export const quotas: readonly Quota[] = [
  perSecond(9, "DescribeAlarms"),
  perSecond(9, "DescribeAlarmsForMetric"),
  perSecond(3, "PutMetricAlarm"),
  perSecond(3, "SetAlarmState"),
  perSecond(50, "GetMetricData"),
  perSecond(400, "GetMetricStatistics"),
  perSecond(25, "ListMetrics"),
  perSecond(500, "PutMetricData"),
];
