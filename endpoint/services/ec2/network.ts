import * as v from "valibot";
import type { Place } from "#endpoint/core/ports.ts";
import type { InertRecord, InertRecords } from "#endpoint/services/cloudformation/inert/inert-records.ts";
import type { Filterable } from "./filter.ts";

/** A described item as it goes on the wire, with its id and what filters can test. */
export interface Described extends Filterable {
  readonly id: string;
  readonly output: Readonly<Record<string, unknown>>;
}

export function vpcs(records: InertRecords, { account }: Place): Described[] {
  return records.ofType("AWS::EC2::VPC").map((record) => {
    const cidrBlock = text(record.attributes, "CidrBlock");
    return {
      id: record.physicalId,
      fields: {
        "vpc-id": record.physicalId,
        cidr: cidrBlock,
        isDefault: "false",
        "is-default": "false",
        state: "available",
        "owner-id": account,
      },
      tags: record.tags,
      output: {
        vpcId: record.physicalId,
        ownerId: account,
        state: "available",
        cidrBlock,
        dhcpOptionsId: "default",
        instanceTenancy: text(record.properties, "InstanceTenancy", "default"),
        isDefault: false,
        tagSet: tagSet(record),
      },
    };
  });
}

export function subnets(records: InertRecords, { region, account }: Place): Described[] {
  return records.ofType("AWS::EC2::Subnet").map((record) => {
    const { physicalId, attributes, properties } = record;
    const vpcId = text(attributes, "VpcId");
    const cidrBlock = text(attributes, "CidrBlock");
    const availabilityZone = text(attributes, "AvailabilityZone");
    return {
      id: physicalId,
      fields: {
        "subnet-id": physicalId,
        "vpc-id": vpcId,
        "cidr-block": cidrBlock,
        "availability-zone": availabilityZone,
        state: "available",
        "owner-id": account,
      },
      tags: record.tags,
      output: {
        subnetId: physicalId,
        subnetArn: `arn:aws:ec2:${region}:${account}:subnet/${physicalId}`,
        vpcId,
        ownerId: account,
        state: "available",
        cidrBlock,
        availabilityZone,
        availableIpAddressCount: addressCount(cidrBlock),
        defaultForAz: false,
        mapPublicIpOnLaunch: String(properties.MapPublicIpOnLaunch) === "true",
        tagSet: tagSet(record),
      },
    };
  });
}

export function securityGroups(records: InertRecords, { account }: Place): Described[] {
  return records.ofType("AWS::EC2::SecurityGroup").map((record) => {
    const { physicalId, attributes, properties } = record;
    const groupName = text(properties, "GroupName", physicalId);
    const vpcId = text(attributes, "VpcId");
    return {
      id: physicalId,
      fields: { "group-id": physicalId, "group-name": groupName, "vpc-id": vpcId, "owner-id": account },
      tags: record.tags,
      output: {
        groupId: physicalId,
        groupName,
        groupDescription: text(properties, "GroupDescription"),
        vpcId,
        ownerId: account,
        ipPermissions: permissions(records, record, "SecurityGroupIngress", account),
        ipPermissionsEgress: permissions(records, record, "SecurityGroupEgress", account),
        tagSet: tagSet(record),
      },
    };
  });
}

const Port = v.optional(v.union([v.number(), v.string()]));
const Rule = v.object({
  IpProtocol: v.union([v.string(), v.pipe(v.number(), v.transform(String))]),
  FromPort: Port,
  ToPort: Port,
  CidrIp: v.optional(v.string()),
  Description: v.optional(v.string()),
  SourceSecurityGroupId: v.optional(v.string()),
  DestinationSecurityGroupId: v.optional(v.string()),
});

/** Rules written in the group itself, and those that are resources of their own. */
function permissions(
  records: InertRecords,
  group: InertRecord,
  kind: "SecurityGroupIngress" | "SecurityGroupEgress",
  account: string,
) {
  const inside = v.safeParse(v.array(Rule), group.properties[kind]);
  const beside = records
    .ofType(`AWS::EC2::${kind}`)
    .filter(({ properties }) => properties.GroupId === group.physicalId)
    .flatMap(({ properties }) => {
      const rule = v.safeParse(Rule, properties);
      return rule.success ? [rule.output] : [];
    });
  return [...(inside.success ? inside.output : []), ...beside].map((rule) => {
    const peer = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
    return {
      ipProtocol: rule.IpProtocol,
      fromPort: rule.FromPort,
      toPort: rule.ToPort,
      ipRanges: rule.CidrIp === undefined ? [] : [{ cidrIp: rule.CidrIp, description: rule.Description }],
      groups: peer === undefined ? [] : [{ groupId: peer, userId: account, description: rule.Description }],
    };
  });
}

/** AWS keeps five addresses of every subnet for itself. */
function addressCount(cidrBlock: string): number {
  const prefix = Number(cidrBlock.split("/")[1]);
  return Number.isInteger(prefix) ? Math.max(0, 2 ** (32 - prefix) - 5) : 0;
}

export function tagSet({ tags }: InertRecord) {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function text(values: Readonly<Record<string, unknown>>, name: string, fallback = ""): string {
  const value = values[name];
  return typeof value === "string" ? value : fallback;
}
