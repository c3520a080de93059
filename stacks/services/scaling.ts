import * as scaling from "aws-cdk-lib/aws-applicationautoscaling";
import { Construct } from "constructs";
import { names, type ServicePlan } from "#fleet";
import { Balancer } from "../network/balancer.ts";
import { usePlan } from "../parts/plan.ts";
import { perShard } from "../parts/shard.ts";
import { use } from "../sst.ts";
import { Services } from "./services.ts";

type Scaled = NonNullable<ServicePlan["scaling"]>;

/** Seconds before it scales again: out soon, in with care. On one machine, in step with its shorter periods. */
const cooldowns = { aws: { out: 60, in: 300 }, loopback: { out: 10, in: 30 } } as const;

/**
 * REL-4: what changes the number of a service's tasks, for the services of one balancer. Apart from them, as together
 * they would pass 500 resources a stack.
 */
export const Scaling = perShard("Scaling", ({ app, stack }, shard) => {
  const plan = usePlan(app);
  const { targetGroups } = use(Services(shard));
  const loadBalancer = use(Balancer(shard)).fullName;
  for (const service of plan.services.filter((candidate) => candidate.shard === shard)) {
    const { key, scaling: scaled } = service;
    const targetGroup = targetGroups.get(key);
    if (scaled === undefined || targetGroup === undefined) continue;
    const scope = new Construct(stack, key);
    const { min, max, on, target, schedule = [] } = scaled;
    const scalable = new scaling.CfnScalableTarget(scope, "Target", {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: `service/${names.cluster(plan.stage)}/${names.service(plan.stage, key)}`,
      minCapacity: min,
      maxCapacity: max,
      ...(schedule.length > 0 && {
        scheduledActions: schedule.map((line, at) => ({
          scheduledActionName: `bounds-${at + 1}`,
          schedule: `cron(${line.cron})`,
          timezone: line.timeZone,
          scalableTargetAction: { minCapacity: line.min, maxCapacity: line.max },
        })),
      }),
    });
    const { out, in: inwards } = cooldowns[plan.runsOn];
    new scaling.CfnScalingPolicy(scope, "Policy", {
      policyName: `${names.service(plan.stage, key)}-${on}`,
      policyType: "TargetTrackingScaling",
      scalingTargetId: scalable.ref,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: target,
        predefinedMetricSpecification: metricOf(on, `${loadBalancer}/${targetGroup}`),
        scaleOutCooldown: out,
        scaleInCooldown: inwards,
      },
    });
  }
});

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html */
function metricOf(
  on: Scaled["on"],
  resourceLabel: string,
): scaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty {
  switch (on) {
    case "requests":
      return { predefinedMetricType: "ALBRequestCountPerTarget", resourceLabel };
    case "cpu":
      return { predefinedMetricType: "ECSServiceAverageCPUUtilization" };
    case "memory":
      return { predefinedMetricType: "ECSServiceAverageMemoryUtilization" };
  }
}
