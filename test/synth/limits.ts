import type { Template } from "./template.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const stackLimits = { resources: 500, outputs: 200, bytes: 1_000_000 } as const;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const balancerLimits = {
  "AWS::ElasticLoadBalancingV2::TargetGroup": 100,
  "AWS::ElasticLoadBalancingV2::ListenerRule": 100,
} as const;

/** Names that follow from a stage's. Each service's API reference says how long they may be. */
const nameLimits = [
  ["AWS::ElasticLoadBalancingV2::LoadBalancer", "Name", 32],
  ["AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId", 40],
  ["AWS::Lambda::Function", "FunctionName", 64],
  ["AWS::SQS::Queue", "QueueName", 80],
] as const;

/** What AWS would refuse in a stack, in words. A stack of services is all that one balancer has. */
export function beyondLimits(name: string, template: Template): readonly string[] {
  const { resources, outputs, bytes } = template;
  const counted = { resources: resources.length, outputs: Object.keys(outputs).length, bytes };
  const rules = template.all("AWS::ElasticLoadBalancingV2::ListenerRule").map(({ Properties }) => Properties.Priority);
  return [
    ...(["resources", "outputs", "bytes"] as const)
      .filter((what) => counted[what] > stackLimits[what])
      .map((what) => `stack ${name} has ${counted[what]} ${what}, and CloudFormation takes ${stackLimits[what]}`),
    ...Object.entries(balancerLimits)
      .map(([type, most]) => ({ type, most, found: template.all(type).length }))
      .filter(({ most, found }) => found > most)
      .map(({ type, most, found }) => `stack ${name} has ${found} of ${type}, and a balancer takes ${most}`),
    ...nameLimits.flatMap(([type, property, most]) =>
      template
        .all(type)
        .map(({ Properties }) => String(Properties[property] ?? ""))
        .filter(({ length }) => length > most)
        .map((long) => `${property} ${long} of ${type} has ${long.length} characters, and AWS takes ${most}`),
    ),
    ...rules
      .filter((priority, at) => rules.indexOf(priority) !== at)
      .map((priority) => `stack ${name} has two rules of priority ${priority}`),
  ];
}
