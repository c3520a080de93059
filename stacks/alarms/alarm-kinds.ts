import type { AlarmName } from "#fleet";

export interface AlarmKind {
  readonly metric: "UnHealthyHostCount" | "HealthyHostCount" | "HTTPCode_Target_5XX_Count" | "TargetResponseTime";
  readonly statistic: { readonly statistic: string } | { readonly extendedStatistic: string };
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  readonly means: (threshold: number) => string;
}

/**
 * The six alarms of a service.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
export const alarmKinds: Readonly<Record<AlarmName, AlarmKind>> = {
  unhealthyHosts: {
    metric: "UnHealthyHostCount",
    // A host that failed for part of the minute counts.
    statistic: { statistic: "Maximum" },
    comparison: "GreaterThanThreshold",
    means: (threshold) => `more than ${threshold} of its tasks failed the health check`,
  },
  healthyHosts: {
    metric: "HealthyHostCount",
    statistic: { statistic: "Minimum" },
    comparison: "LessThanThreshold",
    means: (threshold) => `fewer than ${threshold} of its tasks passed the health check`,
  },
  errors5xx: {
    metric: "HTTPCode_Target_5XX_Count",
    statistic: { statistic: "Sum" },
    comparison: "GreaterThanThreshold",
    means: (threshold) => `it answered more than ${threshold} requests with a 5xx status`,
  },
  latencyP95: {
    metric: "TargetResponseTime",
    statistic: { extendedStatistic: "p95" },
    comparison: "GreaterThanThreshold",
    means: (threshold) => `one request in 20 waited longer than ${threshold} s`,
  },
  latencyP99: {
    metric: "TargetResponseTime",
    statistic: { extendedStatistic: "p99" },
    comparison: "GreaterThanThreshold",
    means: (threshold) => `one request in 100 waited longer than ${threshold} s`,
  },
  latencyAverage: {
    metric: "TargetResponseTime",
    statistic: { statistic: "Average" },
    comparison: "GreaterThanThreshold",
    means: (threshold) => `requests waited longer than ${threshold} s on average`,
  },
};
