import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { InertRecords } from "#endpoint/services/cloudformation/inert/inert-records.ts";
import { createEc2 } from "#endpoint/services/ec2/service.ts";
import { type Served, serve } from "../serve.ts";

const records = new InertRecords();
let served: Served<object>;
let ec2: EC2Client;

beforeAll(async () => {
  served = await serve(
    (place) => ({ ...createEc2({ place, records }), stop: async () => undefined }),
    ({ service }) => [service],
  );
  ec2 = new EC2Client(served.client);
});
afterAll(() => served.close());

it("has three zones", async () => {
  const { AvailabilityZones } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
  expect(AvailabilityZones?.map(({ ZoneName }) => ZoneName)).toEqual(["us-east-1a", "us-east-1b", "us-east-1c"]);
});

it("shows the records that CloudFormation keeps, and nothing else", async () => {
  expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs ?? []).toEqual([]);
  const vpc = { type: "AWS::EC2::VPC", properties: {}, attributes: { CidrBlock: "10.0.0.0/16" }, tags: {} };
  records.put({ ...vpc, physicalId: "vpc-0123456789abcdef0" });
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand({}));
  expect(Vpcs).toMatchObject([{ VpcId: "vpc-0123456789abcdef0", CidrBlock: "10.0.0.0/16", IsDefault: false }]);
});

it("shows addresses, each with the gateway that has it", async () => {
  const address = { type: "AWS::EC2::EIP", properties: {}, tags: {} };
  for (const [physicalId, AllocationId] of [
    ["192.0.2.1", "eipalloc-1"],
    ["192.0.2.2", "eipalloc-2"],
  ] as const)
    records.put({ ...address, physicalId, attributes: { AllocationId } });
  const gateway = { type: "AWS::EC2::NatGateway", physicalId: "nat-1", attributes: { EniId: "eni-1" }, tags: {} };
  records.put({ ...gateway, properties: { AllocationId: "eipalloc-1" } });
  const ask = async (...Values: string[]) => {
    const command = new DescribeAddressesCommand({ Filters: [{ Name: "allocation-id", Values }] });
    return (await ec2.send(command)).Addresses ?? [];
  };
  expect(await ask("eipalloc-1", "eipalloc-3")).toMatchObject([{ PublicIp: "192.0.2.1", NetworkInterfaceId: "eni-1" }]);
  expect((await ask("eipalloc-2"))[0]?.AssociationId).toBeUndefined();
});
