import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Cloud, startCloudFormation, template } from "./cloud.ts";

let cloud: Cloud;
let ec2: EC2Client;
beforeEach(async () => {
  cloud = await startCloudFormation();
  ec2 = new EC2Client(cloud.client);
});
afterEach(() => cloud.close());

const network = template(
  {
    Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16", Tags: [{ Key: "Name", Value: "prod" }] } },
    Subnet: {
      Type: "AWS::EC2::Subnet",
      Properties: {
        VpcId: { Ref: "Vpc" },
        CidrBlock: "10.0.1.0/24",
        AvailabilityZone: { "Fn::Select": [1, { "Fn::GetAZs": "" }] },
      },
    },
    Ip: { Type: "AWS::EC2::EIP", Properties: { Domain: "vpc" } },
    Nat: {
      Type: "AWS::EC2::NatGateway",
      Properties: { SubnetId: { Ref: "Subnet" }, AllocationId: { "Fn::GetAtt": ["Ip", "AllocationId"] } },
    },
    Tasks: {
      Type: "AWS::EC2::SecurityGroup",
      Properties: {
        GroupDescription: "tasks",
        VpcId: { Ref: "Vpc" },
        SecurityGroupEgress: [{ IpProtocol: "-1", CidrIp: "0.0.0.0/0" }],
      },
    },
    Balancer: { Type: "AWS::EC2::SecurityGroup", Properties: { GroupDescription: "lb", VpcId: { Ref: "Vpc" } } },
    FromBalancer: {
      Type: "AWS::EC2::SecurityGroupIngress",
      Properties: {
        GroupId: { "Fn::GetAtt": ["Tasks", "GroupId"] },
        IpProtocol: "tcp",
        FromPort: 8000,
        ToPort: 8000,
        SourceSecurityGroupId: { Ref: "Balancer" },
      },
    },
  },
  {
    Outputs: {
      Default: { Value: { "Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"] } },
      Cidr: { Value: { "Fn::GetAtt": ["Vpc", "CidrBlock"] } },
    },
  },
);

it("keeps the network as records with the ids EC2 would give, shows them, counts them, forgets them", async () => {
  await cloud.cfn.send(new CreateStackCommand({ StackName: "network", TemplateBody: network }));
  await cloud.cloudFormation.idle();
  const { Stacks } = await cloud.cfn.send(new DescribeStacksCommand({ StackName: "network" }));
  expect(Stacks?.[0]).toMatchObject({
    StackStatus: "CREATE_COMPLETE",
    Outputs: [{ OutputValue: expect.stringMatching(/^sg-0[0-9a-f]{16}$/) }, { OutputValue: "10.0.0.0/16" }],
  });
  expect(cloud.cloudFormation.inertResources()).toEqual({ network: 7 });

  const { StackResources } = await cloud.cfn.send(new DescribeStackResourcesCommand({ StackName: "network" }));
  const idOf = (id: string) => StackResources?.find((item) => item.LogicalResourceId === id)?.PhysicalResourceId ?? "";
  expect(idOf("Vpc")).toMatch(/^vpc-0[0-9a-f]{16}$/);

  const byName = { Filters: [{ Name: "tag:Name", Values: ["pr*"] }] };
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand(byName));
  expect(Vpcs).toMatchObject([{ VpcId: idOf("Vpc"), CidrBlock: "10.0.0.0/16", IsDefault: false }]);
  const inVpc = { Filters: [{ Name: "vpc-id", Values: [idOf("Vpc")] }] };
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand(inVpc));
  expect(Subnets).toMatchObject([
    { SubnetId: idOf("Subnet"), AvailabilityZone: "us-east-1b", AvailableIpAddressCount: 251 },
  ]);
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [idOf("Tasks")] }));
  expect(SecurityGroups).toMatchObject([
    {
      GroupName: idOf("Tasks"),
      IpPermissions: [{ FromPort: 8000, UserIdGroupPairs: [{ GroupId: idOf("Balancer") }] }],
      IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    },
  ]);
  await expect(ec2.send(new DescribeVpcsCommand({ VpcIds: ["vpc-1"] }))).rejects.toMatchObject({
    name: "InvalidVpcID.NotFound",
  });

  await cloud.cfn.send(new DeleteStackCommand({ StackName: "network" }));
  await cloud.cloudFormation.idle();
  expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs ?? []).toEqual([]);
});
