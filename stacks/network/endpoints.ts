import * as ec2 from "aws-cdk-lib/aws-ec2";
import { Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import type { StagePlan } from "#fleet";
import type { Vpc } from "./vpc.ts";

/** What each is reached by. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html */
const servicesOf = {
  ecr: ["ecr.api", "ecr.dkr"],
  logs: ["logs"],
  secretsmanager: ["secretsmanager"],
  ssmmessages: ["ssmmessages"],
} as const satisfies Record<StagePlan["network"]["endpoints"][number], readonly string[]>;

/** Ways to AWS that do not pass NAT: to S3, which is free and where the layers of images are, and those of the map. */
export function createEndpoints(
  scope: Construct,
  { network }: StagePlan,
  { vpcId, privateSubnets, privateRouteTables }: Vpc,
  tasksSecurityGroup: string,
): void {
  const nameOf = (service: string) => `com.amazonaws.${Stack.of(scope).region}.${service}`;
  new ec2.CfnVPCEndpoint(scope, "S3Endpoint", {
    vpcId,
    vpcEndpointType: "Gateway",
    serviceName: nameOf("s3"),
    routeTableIds: [...privateRouteTables],
  });
  if (network.endpoints.length === 0) return;
  const group = new ec2.CfnSecurityGroup(scope, "EndpointsSecurityGroup", {
    vpcId,
    groupDescription: "Endpoints of the fleet: in from the tasks only",
    securityGroupIngress: [
      {
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        sourceSecurityGroupId: tasksSecurityGroup,
        description: "HTTPS",
      },
    ],
  });
  for (const service of network.endpoints.flatMap((name) => servicesOf[name])) {
    new ec2.CfnVPCEndpoint(scope, `Endpoint-${service}`, {
      vpcId,
      vpcEndpointType: "Interface",
      serviceName: nameOf(service),
      privateDnsEnabled: true,
      subnetIds: [...privateSubnets],
      securityGroupIds: [group.attrGroupId],
    });
  }
}
