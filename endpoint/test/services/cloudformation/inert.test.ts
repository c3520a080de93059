import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import {
  DescribeAddressesCommand,
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

const subnet = (CidrBlock: string, AvailabilityZone = "us-east-1a") => ({
  Type: "AWS::EC2::Subnet",
  Properties: { VpcId: { Ref: "Vpc" }, CidrBlock, AvailabilityZone },
});
const vpc = { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16" } };

it.each([
  [
    "overlaps another",
    { A: subnet("10.0.0.0/19"), B: { ...subnet("10.0.16.0/20"), DependsOn: "A" } },
    "conflicts with",
  ],
  ["lies outside of its VPC", { A: subnet("10.1.0.0/24") }, "The CIDR '10.1.0.0/24' is invalid"],
  ["is in no zone of the region", { A: subnet("10.0.0.0/24", "us-east-1z") }, "Value (us-east-1z)"],
])("makes no subnet that %s", async (_, subnets, reason) => {
  const TemplateBody = template({ Vpc: vpc, ...subnets });
  await cloud.cfn.send(new CreateStackCommand({ StackName: "network", TemplateBody }));
  await cloud.cloudFormation.idle();
  const { StackEvents = [] } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName: "network" }));
  expect(StackEvents.map(({ ResourceStatusReason = "" }) => ResourceStatusReason).join("\n")).toContain(reason);
});

it("keeps a subnet that something of another stack is in", async () => {
  const both = template({ Vpc: vpc, A: subnet("10.0.0.0/24"), B: subnet("10.0.1.0/24") });
  await cloud.cfn.send(new CreateStackCommand({ StackName: "network", TemplateBody: both }));
  await cloud.cloudFormation.idle();
  const { StackResources = [] } = await cloud.cfn.send(new DescribeStackResourcesCommand({ StackName: "network" }));
  const SubnetId = StackResources.find(({ LogicalResourceId }) => LogicalResourceId === "B")?.PhysicalResourceId;
  const nat = template({ Nat: { Type: "AWS::EC2::NatGateway", Properties: { SubnetId } } });
  await cloud.cfn.send(new CreateStackCommand({ StackName: "user", TemplateBody: nat }));
  await cloud.cloudFormation.idle();
  const one = template({ Vpc: vpc, A: subnet("10.0.0.0/24") });
  await cloud.cfn.send(new UpdateStackCommand({ StackName: "network", TemplateBody: one }));
  await cloud.cloudFormation.idle();
  const { StackEvents = [] } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName: "network" }));
  expect(StackEvents).toContainEqual(
    expect.objectContaining({
      LogicalResourceId: "B",
      ResourceStatus: "DELETE_FAILED",
      ResourceStatusReason: expect.stringContaining("has dependencies and cannot be deleted"),
    }),
  );
  expect((await ec2.send(new DescribeSubnetsCommand({}))).Subnets).toHaveLength(2);
});

it("gives an address to one gateway at a time", async () => {
  await cloud.cfn.send(new CreateStackCommand({ StackName: "net", TemplateBody: network }));
  await cloud.cloudFormation.idle();
  const [address] = (await ec2.send(new DescribeAddressesCommand({}))).Addresses ?? [];
  expect(address).toMatchObject({ AssociationId: expect.any(String), NetworkInterfaceId: expect.any(String) });
  const reasonsFor = async (StackName: string, AllocationId: string | undefined) => {
    const Nat = { Type: "AWS::EC2::NatGateway", Properties: { SubnetId: "subnet-1", AllocationId } };
    await cloud.cfn.send(new CreateStackCommand({ StackName, TemplateBody: template({ Nat }) }));
    await cloud.cloudFormation.idle();
    const { StackEvents = [] } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName }));
    return StackEvents.map(({ ResourceStatusReason = "" }) => ResourceStatusReason).join("\n");
  };
  expect(await reasonsFor("second", address?.AllocationId)).toContain("is already associated");
  expect(await reasonsFor("unknown", "eipalloc-0000000a")).toContain("'eipalloc-0000000a' does not exist");
});

it("replaces nothing that keeps a name of its own", async () => {
  const group = (KeyPolicy: string) =>
    template({
      G: {
        Type: "AWS::ECR::Repository",
        Properties: { RepositoryName: "mine", EncryptionConfiguration: { EncryptionType: KeyPolicy } },
      },
    });
  await cloud.cfn.send(new CreateStackCommand({ StackName: "named", TemplateBody: group("AES256") }));
  await cloud.cloudFormation.idle();
  await cloud.cfn.send(new UpdateStackCommand({ StackName: "named", TemplateBody: group("KMS") }));
  await cloud.cloudFormation.idle();
  const { Stacks } = await cloud.cfn.send(new DescribeStacksCommand({ StackName: "named" }));
  expect(Stacks?.[0]?.StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  const { StackEvents = [] } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName: "named" }));
  expect(StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(
    expect.stringContaining("a custom-named resource requires replacing. Rename mine"),
  );
});
