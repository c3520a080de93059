import * as ecs from "aws-cdk-lib/aws-ecs";
import type { StackContext } from "sst/constructs";
import { names } from "#fleet";
import { createExecutionRole } from "./execution-role.ts";
import { accept } from "./nag.ts";
import { usePlan } from "./plan.ts";

export function Cluster({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const cluster = new ecs.CfnCluster(stack, "Cluster", { clusterName: names.cluster(plan.stage) });
  accept(cluster, {
    "AwsSolutions-ECS4": "Container Insights is billed by the metric; the fleet's alarms read those of the balancer.",
  });
  stack.addOutputs({ ClusterName: cluster.ref });
  return { clusterName: cluster.ref, executionRoleArn: createExecutionRole(stack, plan).roleArn };
}
