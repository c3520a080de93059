import { Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { ServicePlan } from "#fleet";
import { accept } from "../parts/nag.ts";
import { ownTasks } from "./own-tasks.ts";

/** The role of the service's own code: a shell through ECS Exec, and what the entry asks for. */
export function createTaskRole(scope: Construct, { key, permissions }: ServicePlan): iam.Role {
  const stack = Stack.of(scope);
  const role = new iam.Role(scope, "TaskRole", {
    description: `Calls that ${key} makes`,
    assumedBy: ownTasks(stack),
    inlinePolicies: {
      calls: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            sid: "EcsExec",
            actions: [
              "ssmmessages:CreateControlChannel",
              "ssmmessages:CreateDataChannel",
              "ssmmessages:OpenControlChannel",
              "ssmmessages:OpenDataChannel",
            ],
            resources: ["*"],
          }),
          ...permissions.map(
            ({ actions, resources }) => new iam.PolicyStatement({ actions: [...actions], resources: [...resources] }),
          ),
        ],
      }),
    },
  });
  accept(role, {
    "AwsSolutions-IAM5": [
      "ECS Exec: IAM has no resource for the ssmmessages actions.",
      ...permissions.map(({ reason }) => reason),
    ].join(" "),
  });
  return role;
}
