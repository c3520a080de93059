import type { LatestValue } from "#endpoint/core/ports.ts";
import type { Policy } from "./model.ts";

/** Of a service, at one moment. */
export interface Capacity {
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  /** While a deployment is in progress, ECS's services are scaled out but not in. */
  readonly deploying: boolean;
}

export interface Signal {
  readonly high: boolean;
  readonly low: boolean;
  readonly latest: LatestValue | undefined;
}

/** Scale-in begins below this share of the target, so that the two alarms do not answer each other. */
const lowShare = 0.9;

/**
 * How many tasks a policy wants; `undefined` where it leaves them alone. Out in proportion, at once; in likewise, but
 * never so far that the rest would be above the target.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 */
export function wantedBy(
  { tracking, scaled }: Pick<Policy, "tracking" | "scaled">,
  { high, low, latest }: Signal,
  { desired, min, max, deploying }: Capacity,
  now: number,
): number | undefined {
  const last = Math.max(scaled.in, scaled.out);
  // A period from before says nothing of the tasks that there are now.
  if (latest === undefined || latest.at < last || desired === 0) return undefined;
  const proportional = Math.ceil((desired * latest.value) / tracking.TargetValue);
  if (high && now - scaled.out >= 1_000 * tracking.ScaleOutCooldown) {
    const wanted = Math.min(max, proportional);
    return wanted > desired ? wanted : undefined;
  }
  if (!low || deploying || tracking.DisableScaleIn || now - last < 1_000 * tracking.ScaleInCooldown) return undefined;
  const wanted = Math.max(min, 1, proportional);
  return wanted < desired ? wanted : undefined;
}

const metrics = {
  ALBRequestCountPerTarget: { namespace: "AWS/ApplicationELB", metric: "RequestCountPerTarget", stat: "Sum" },
  ECSServiceAverageCPUUtilization: { namespace: "AWS/ECS", metric: "CPUUtilization", stat: "Average" },
  ECSServiceAverageMemoryUtilization: { namespace: "AWS/ECS", metric: "MemoryUtilization", stat: "Average" },
} as const;

/** Three periods above the target, or fifteen below most of it: as Application Auto Scaling defines its alarms. */
export function alarmsOf(
  policy: Pick<Policy, "arn" | "alarms" | "tracking">,
  resourceId: string,
  periodSeconds: number,
): readonly Readonly<Record<string, unknown>>[] {
  const { PredefinedMetricSpecification: specification, TargetValue } = policy.tracking;
  const { namespace, metric, stat } = metrics[specification.PredefinedMetricType];
  const isCount = specification.PredefinedMetricType === "ALBRequestCountPerTarget";
  const common = {
    Namespace: namespace,
    MetricName: metric,
    Statistic: stat,
    Dimensions: isCount ? labelDimensions(specification.ResourceLabel) : serviceDimensions(resourceId),
    Period: periodSeconds,
    AlarmActions: [policy.arn],
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
  };
  // Requests are a target per minute, whatever the period.
  const target = isCount ? (TargetValue * periodSeconds) / 60 : TargetValue;
  return [
    {
      ...common,
      AlarmName: policy.alarms.high,
      EvaluationPeriods: 3,
      Threshold: target,
      ComparisonOperator: "GreaterThanThreshold",
    },
    {
      ...common,
      AlarmName: policy.alarms.low,
      EvaluationPeriods: 15,
      Threshold: target * lowShare,
      ComparisonOperator: "LessThanThreshold",
    },
  ];
}

/** `app/<name>/<id>/targetgroup/<name>/<id>` */
function labelDimensions(label = ""): readonly object[] {
  const [, balancer, group] = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/.+)$/.exec(label) ?? [];
  return [
    { Name: "TargetGroup", Value: group ?? "" },
    { Name: "LoadBalancer", Value: balancer ?? "" },
  ];
}

function serviceDimensions(resourceId: string): readonly object[] {
  const [, cluster = "", service = ""] = resourceId.split("/");
  return [
    { Name: "ClusterName", Value: cluster },
    { Name: "ServiceName", Value: service },
  ];
}

export function isLabel(label: string | undefined): boolean {
  return /^app\/[^/]+\/[^/]+\/targetgroup\/[^/]+\/[^/]+$/.test(label ?? "");
}
