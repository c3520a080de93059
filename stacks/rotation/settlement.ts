import type { Stack } from "sst/constructs";
import { names } from "#fleet";
import { FunctionRoom } from "../function-room.ts";
import { accept } from "../nag.ts";
import type { RotationProps } from "../rotation.ts";
import { announcing, arnsOf, issuing, shared } from "./room-props.ts";

/** The planner that brings each change of a secret to its consumers, and back where it is bad. */
export function settlementRoom(stack: Stack, props: RotationProps): FunctionRoom {
  const { plan } = props;
  const cluster = names.cluster(plan.stage);
  const arn = (resource: string, resourceName: string) => stack.formatArn({ service: "ecs", resource, resourceName });
  const lookedAfter = arnsOf(props, ({ services, rotation }) => services.length > 0 || !("declined" in rotation));
  const room = new FunctionRoom(stack, plan, {
    name: "settle-secret",
    description: "Rolls the services that use a changed secret, then revokes the old value or puts it back",
    timeoutSeconds: 300,
    // Two planners at once would see the same service not rolled yet, and roll it twice.
    concurrency: 1,
    ...shared(props),
    statements: [
      {
        actions: [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:ListSecretVersionIds",
          "secretsmanager:TagResource",
          "secretsmanager:UntagResource",
          "secretsmanager:UpdateSecretVersionStage",
        ],
        resources: lookedAfter,
      },
      { actions: ["ecs:DescribeServices", "ecs:UpdateService"], resources: [arn("service", `${cluster}/*`)] },
      { actions: ["ecs:DescribeTasks"], resources: [arn("task", `${cluster}/*`)] },
      {
        actions: ["ecs:ListTasks"],
        resources: ["*"],
        conditions: { ArnEquals: { "ecs:cluster": arn("cluster", cluster) } },
      },
      ...issuing(props, stack.region, stack.account),
      ...announcing(props),
    ],
  });
  accept(room, {
    "AwsSolutions-IAM5":
      "The services and tasks of the stage's own cluster, whichever the map has; ListTasks knows no resource but a condition on the cluster.",
  });
  return room;
}
