import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  waitUntilStackCreateComplete,
} from "@aws-sdk/client-cloudformation";
import {
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import type { FleetStage } from "../../stage/stage.ts";

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;

const inVpc = { VpcId: { Ref: "Vpc" } };
const resource = (Type: string, Properties: object = {}) => ({ Type: `AWS::EC2::${Type}`, Properties });

function subnet(kind: "public" | "private", zone: string, CidrBlock: string): Resources {
  const id = `${kind}${zone}`;
  const Tags = [{ Key: "Tier", Value: kind }];
  return {
    [id]: resource("Subnet", { ...inVpc, CidrBlock, AvailabilityZone: `us-east-1${zone}`, Tags }),
    [`${id}Routes`]: resource("SubnetRouteTableAssociation", { SubnetId: { Ref: id }, RouteTableId: { Ref: kind } }),
  };
}

const everywhere = "0.0.0.0/0";
const network: Resources = {
  Vpc: resource("VPC", { CidrBlock: "10.9.0.0/16" }),
  Gateway: resource("InternetGateway"),
  Attachment: resource("VPCGatewayAttachment", { ...inVpc, InternetGatewayId: { Ref: "Gateway" } }),
  public: resource("RouteTable", inVpc),
  private: resource("RouteTable", inVpc),
  Out: resource("Route", {
    RouteTableId: { Ref: "public" },
    DestinationCidrBlock: everywhere,
    GatewayId: { Ref: "Gateway" },
  }),
  ...subnet("public", "a", "10.9.0.0/24"),
  ...subnet("public", "b", "10.9.1.0/24"),
  ...subnet("private", "a", "10.9.2.0/24"),
  ...subnet("private", "b", "10.9.3.0/24"),
  Address: resource("EIP", { Domain: "vpc" }),
  Nat: resource("NatGateway", { SubnetId: { Ref: "publica" }, AllocationId: { "Fn::GetAtt": ["Address", "AllocationId"] } }),
  OutThroughNat: resource("Route", {
    RouteTableId: { Ref: "private" },
    DestinationCidrBlock: everywhere,
    NatGatewayId: { Ref: "Nat" },
  }),
};

/** A network that a team had before it had a fleet. */
export async function makeOwnNetwork({ client }: FleetStage) {
  const cloudFormation = new CloudFormationClient(client);
  const StackName = "own-network";
  await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources: network }) }));
  await waitUntilStackCreateComplete(
    { client: cloudFormation, maxWaitTime: 30, minDelay: 0.1, maxDelay: 0.1 },
    { StackName },
  );
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName }));
  const idOf = (id: string) => StackResources.find((one) => one.LogicalResourceId === id)?.PhysicalResourceId ?? "";
  const ec2 = new EC2Client(client);
  const Filters = [{ Name: "vpc-id", Values: [idOf("Vpc")] }];
  return {
    vpc: idOf("Vpc"),
    publicSubnets: [idOf("publica"), idOf("publicb")],
    /** All that the team has there. */
    census: async () => [
      (await ec2.send(new DescribeVpcsCommand({ Filters }))).Vpcs,
      (await ec2.send(new DescribeSubnetsCommand({ Filters }))).Subnets,
      (await ec2.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables,
      (await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups,
    ],
  };
}
