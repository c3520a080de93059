import * as ecs from "aws-cdk-lib/aws-ecs";
import { names } from "#fleet";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import type { StackContext } from "../sst.ts";
import { createExecutionRole } from "./execution-role.ts";

export function Cluster({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const { containerInsights } = plan.controls;
  const cluster = new ecs.CfnCluster(stack, "Cluster", {
    clusterName: names.cluster(plan.stage),
    clusterSettings: [{ name: "containerInsights", value: containerInsights ? "enabled" : "disabled" }],
    ...(plan.services.some(({ capacity }) => capacity === "spot") && {
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    }),
  });
  if (!containerInsights) {
    accept(cluster, {
      "AwsSolutions-ECS4": "Container Insights is billed by the metric; the fleet's alarms read those of the balancer.",
    });
  }
  stack.addOutputs({ ClusterName: cluster.ref });
  return { clusterName: cluster.ref, executionRoleArn: createExecutionRole(stack, plan).roleArn };
}
