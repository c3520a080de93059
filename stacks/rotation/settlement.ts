import { names } from "#fleet";
import { FunctionRoom } from "../parts/function-room.ts";
import { accept } from "../parts/nag.ts";
import type { Stack } from "../sst.ts";
import { announcing, arnsOf, type Entry, issuing, keysOf, type RotationProps, shared } from "./room-props.ts";

/** The longest run, and the pause between two that nothing else woke: one ends before the next is due. */
export const settlementSeconds = 300;

/**
 * The planner that brings each change of a secret to its consumers, and back where it is bad. `undefined` where the map
 * has no secret that a service uses or somebody issues.
 */
export function settlementRoom(stack: Stack, props: RotationProps): FunctionRoom | undefined {
  const { plan } = props;
  const cluster = names.cluster(plan.stage);
  const arn = (resource: string, resourceName: string) => stack.formatArn({ service: "ecs", resource, resourceName });
  const lookedAfter = arnsOf(props, isLookedAfter);
  if (lookedAfter.length === 0) return undefined;
  const room = new FunctionRoom(stack, plan, {
    name: "settle-secret",
    description: "Rolls the services that use a changed secret, then revokes the old value or puts it back",
    calls: { everySeconds: settlementSeconds, failing: { spans: 3, of: 3 }, inTurn: true },
    timeoutSeconds: settlementSeconds,
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
      { actions: ["secretsmanager:ListSecrets"], resources: ["*"] },
      ...keysOf(stack, props, "read", isLookedAfter),
      { actions: ["ecs:DescribeServices", "ecs:UpdateService"], resources: [arn("service", `${cluster}/*`)] },
      { actions: ["ecs:DescribeTasks"], resources: [arn("task", `${cluster}/*`)] },
      { actions: ["ecs:DescribeTaskDefinition"], resources: ["*"] },
      {
        actions: ["ecs:ListTasks"],
        resources: ["*"],
        conditions: { ArnEquals: { "ecs:cluster": arn("cluster", cluster) } },
      },
      ...issuing(stack, props),
      ...announcing(stack, props),
    ],
  });
  accept(room, {
    "AwsSolutions-IAM5":
      "The services and tasks of the stage's own cluster, whichever the map has; ListTasks knows no resource but a condition on the cluster, DescribeTaskDefinition and ListSecrets none at all.",
  });
  return room;
}

function isLookedAfter({ services, rotation }: Entry): boolean {
  return services.length > 0 || !("declined" in rotation);
}
