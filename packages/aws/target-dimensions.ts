import type { Dimension } from "@aws-sdk/client-cloudwatch";
import {
  type ElasticLoadBalancingV2Client,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";

/**
 * What metrics of target groups are kept by, by the group's name: the ends of the ARNs, `targetgroup/<name>/<id>` and
 * `app/<name>/<id>`. Of those that some balancer has.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 *
 * @param Names those wanted; default: all of the account
 */
export async function readTargetDimensions(
  client: ElasticLoadBalancingV2Client,
  Names?: string[],
): Promise<ReadonlyMap<string, readonly Dimension[]>> {
  const found = new Map<string, readonly Dimension[]>();
  for await (const { TargetGroups = [] } of paginateDescribeTargetGroups(
    { client },
    Names === undefined ? {} : { Names },
  )) {
    for (const { TargetGroupName = "", TargetGroupArn = "", LoadBalancerArns: [balancer] = [] } of TargetGroups) {
      if (balancer === undefined) continue;
      found.set(TargetGroupName, [
        { Name: "TargetGroup", Value: TargetGroupArn.slice(TargetGroupArn.indexOf("targetgroup/")) },
        { Name: "LoadBalancer", Value: balancer.slice(balancer.indexOf("app/")) },
      ]);
    }
  }
  return found;
}
