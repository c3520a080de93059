import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";

/** One service's targets at its balancer. */
export interface Targets {
  readonly targetGroup: string;
  readonly loadBalancer: string;
}

/** A metric of a service's targets, for an expression over several. */
export function targetMetric(
  { targetGroup, loadBalancer }: Targets,
  id: string,
  metricName: string,
  stat: string,
  period: number,
): cloudwatch.CfnAlarm.MetricDataQueryProperty {
  return balancerMetric(id, metricName, stat, period, [
    { name: "TargetGroup", value: targetGroup },
    { name: "LoadBalancer", value: loadBalancer },
  ]);
}

export function balancerMetric(
  id: string,
  metricName: string,
  stat: string,
  period: number,
  dimensions: cloudwatch.CfnAlarm.DimensionProperty[],
): cloudwatch.CfnAlarm.MetricDataQueryProperty {
  const metric = { namespace: "AWS/ApplicationELB", metricName, dimensions };
  return { id, metricStat: { metric, period, stat }, returnData: false };
}
