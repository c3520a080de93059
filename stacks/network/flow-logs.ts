import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as iam from "aws-cdk-lib/aws-iam";
import { Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { names } from "#fleet";
import { createGroup } from "../parts/log-group.ts";
import { accept } from "../parts/nag.ts";
import type { DeployPlan } from "../parts/plan.ts";

/**
 * What the network took and refused, in a log group of its own.
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
 */
export function createFlowLogs(scope: Construct, plan: DeployPlan, vpcId: string): void {
  const stack = Stack.of(scope);
  const group = createGroup(scope, "FlowLog", plan, names.flowLog(plan.stage));
  const role = new iam.Role(scope, "FlowLogRole", {
    description: "Writes the flow log of the fleet's network",
    assumedBy: new iam.ServicePrincipal("vpc-flow-logs.amazonaws.com", {
      conditions: {
        StringEquals: { "aws:SourceAccount": stack.account },
        ArnLike: { "aws:SourceArn": stack.formatArn({ service: "ec2", resource: "vpc-flow-log", resourceName: "*" }) },
      },
    }),
    inlinePolicies: {
      write: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources: [group.attrArn],
          }),
        ],
      }),
    },
  });
  accept(role, { "AwsSolutions-IAM5": "The ARN of a log group ends in :*, which is its streams." });
  new ec2.CfnFlowLog(scope, "Flows", {
    resourceType: "VPC",
    resourceId: vpcId,
    trafficType: "ALL",
    logDestinationType: "cloud-watch-logs",
    logGroupName: group.ref,
    deliverLogsPermissionArn: role.roleArn,
  });
}
