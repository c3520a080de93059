import { DescribeAvailabilityZonesCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
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
