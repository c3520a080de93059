import * as iam from "aws-cdk-lib/aws-iam";
import { ArnFormat, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { accept } from "../parts/nag.ts";
import { ownTasks } from "./own-tasks.ts";

/** The role of the service's own code: a shell through ECS Exec, and what the entry asks for. */
export function createTaskRole(scope: Construct, plan: StagePlan, { key, permissions }: ServicePlan): iam.Role {
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
          ...(plan.controls.execTranscripts ? writingTranscripts(stack, plan) : []),
          ...permissions.map(
            ({ actions, resources }) => new iam.PolicyStatement({ actions: [...actions], resources: [...resources] }),
          ),
        ],
      }),
    },
  });
  accept(role, {
    "AwsSolutions-IAM5": [
      "ECS Exec: IAM has no resource for the ssmmessages actions, nor for a listing of log groups.",
      ...permissions.map(({ reason }) => reason),
    ].join(" "),
  });
  return role;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging */
function writingTranscripts(stack: Stack, { stage }: StagePlan): readonly iam.PolicyStatement[] {
  const group = stack.formatArn({
    service: "logs",
    resource: "log-group",
    resourceName: `${names.execTranscripts(stage)}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [
    new iam.PolicyStatement({ sid: "FindTranscripts", actions: ["logs:DescribeLogGroups"], resources: ["*"] }),
    new iam.PolicyStatement({
      sid: "WriteTranscripts",
      actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      resources: [group],
    }),
  ];
}
