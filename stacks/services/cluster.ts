import * as ecs from "aws-cdk-lib/aws-ecs";
import { names, type StagePlan } from "#fleet";
import { useKey } from "../encryption/encryption.ts";
import { createGroup } from "../parts/log-group.ts";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import type { Stack, StackContext } from "../sst.ts";
import { createExecutionRole } from "./execution-role.ts";

export function Cluster({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const { containerInsights, execTranscripts } = plan.controls;
  const cluster = new ecs.CfnCluster(stack, "Cluster", {
    clusterName: names.cluster(plan.stage),
    clusterSettings: [{ name: "containerInsights", value: containerInsights ? "enabled" : "disabled" }],
    configuration: { executeCommandConfiguration: execTranscripts ? transcripts(stack, plan) : { logging: "DEFAULT" } },
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

/**
 * What is typed and shown in each shell. The agent in a task writes it with the rights of the task, and needs `script` and
 * `cat` in the image. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging
 */
function transcripts(stack: Stack, plan: StagePlan): ecs.CfnCluster.ExecuteCommandConfigurationProperty {
  const group = createGroup(stack, "ExecTranscripts", plan, names.execTranscripts(plan.stage));
  return {
    logging: "OVERRIDE",
    logConfiguration: {
      cloudWatchLogGroupName: group.ref,
      // The agent refuses a shell where this is true and the group has no key.
      cloudWatchEncryptionEnabled: useKey(plan) !== undefined,
    },
  };
}
