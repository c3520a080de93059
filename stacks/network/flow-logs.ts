import { RemovalPolicy } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { names } from "#fleet";
import { logRetentionDays } from "../parts/durability.ts";
import { accept } from "../parts/nag.ts";
import type { DeployPlan } from "../parts/plan.ts";

/**
 * What the network took and refused, in a log group of its own.
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
 */
export function createFlowLogs(scope: Construct, { stage }: DeployPlan, vpcId: string): void {
  const group = new logs.CfnLogGroup(scope, "FlowLog", {
    logGroupName: names.flowLog(stage),
    retentionInDays: logRetentionDays,
  });
  group.applyRemovalPolicy(RemovalPolicy.DESTROY);
  const role = new iam.Role(scope, "FlowLogRole", {
    description: "Writes the flow log of the fleet's network",
    assumedBy: new iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"),
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
