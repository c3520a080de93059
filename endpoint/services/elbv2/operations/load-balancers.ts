import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { changedAttributes, initialAttributes, loadBalancerAttributes, shownAttributes } from "../attributes.ts";
import { type ControlPlane, limits } from "../control-plane.ts";
import { checkLogs } from "../log-buckets.ts";
import { found, type LoadBalancerRecord, newId } from "../records.ts";
import { attributes, invalid, paged, paging, tags, text, texts } from "../schema.ts";
import { deleteListener } from "./listeners.ts";
import { withTags } from "./tags.ts";

/** https://docs.aws.amazon.com/general/latest/gr/elb.html */
const hostedZones: Readonly<Record<string, string>> = {
  "us-east-1": "Z35SXDOTRQ7X7K",
  "us-east-2": "Z3AADJGX6KTTL2",
  "us-west-1": "Z368ELLRRE2KJ0",
  "us-west-2": "Z1H1FL5HABSF5",
  "eu-west-1": "Z32O12XQLNTSW2",
  "eu-central-1": "Z215JYRZR1TBD5",
};

export const loadBalancerInput = {
  Subnets: v.optional(texts),
  SubnetMappings: v.optional(v.array(v.object({ SubnetId: text }))),
  SecurityGroups: v.optional(texts),
  Scheme: v.optional(v.picklist(["internet-facing", "internal"])),
  Type: v.optional(text),
  IpAddressType: v.optional(text),
  Tags: tags,
};
const createInput = v.object({ Name: text, ...loadBalancerInput });
const byArn = { LoadBalancerArn: text };

export type LoadBalancerInput = v.InferOutput<typeof createInput>;

export function createLoadBalancer(control: ControlPlane, input: LoadBalancerInput): LoadBalancerRecord {
  const { records } = control;
  if (input.Type !== undefined && input.Type !== "application")
    throw notEmulated(`A load balancer of type '${input.Type}'`);
  checkName(input.Name);
  const wanted = {
    scheme: input.Scheme ?? "internet-facing",
    subnets: subnetsOf(input),
    securityGroups: input.SecurityGroups ?? [],
    ipAddressType: input.IpAddressType ?? "ipv4",
  };
  const same = [...records.loadBalancers.values()].find((one) => one.name === input.Name);
  if (same !== undefined) {
    const { scheme, subnets, securityGroups, ipAddressType } = same;
    if (isDeepStrictEqual(wanted, { scheme, subnets, securityGroups, ipAddressType })) return same;
    throw new AwsError(
      "DuplicateLoadBalancerName",
      `A load balancer with the same name '${input.Name}' exists, but with different settings`,
    );
  }
  if (records.loadBalancers.size >= limits.loadBalancers) {
    throw new AwsError(
      "TooManyLoadBalancers",
      `The maximum number of load balancers '${limits.loadBalancers}' has been reached`,
    );
  }
  const fullName = `app/${input.Name}/${newId()}`;
  const { region } = control.place;
  const number = Number.parseInt(newId().slice(0, 8), 16);
  const record: LoadBalancerRecord = {
    ...wanted,
    arn: control.arn(`loadbalancer/${fullName}`),
    name: input.Name,
    fullName,
    dnsName:
      `${wanted.scheme === "internal" ? "internal-" : ""}${input.Name}-${number}.${region}.elb.amazonaws.com`.toLowerCase(),
    hostedZoneId: hostedZones[region] ?? "Z35SXDOTRQ7X7K",
    createdAt: new Date(control.clock.now()),
    attributes: initialAttributes(loadBalancerAttributes),
  };
  records.tags.set(record.arn, withTags(undefined, input.Tags));
  records.loadBalancers.set(record.arn, record);
  return record;
}

/** A balancer that is gone already is a success, as on AWS. */
export async function deleteLoadBalancer(control: ControlPlane, arn: string): Promise<void> {
  const { records } = control;
  const record = records.loadBalancers.get(arn);
  if (record === undefined) return;
  if (record.attributes.get("deletion_protection.enabled") === "true") {
    throw new AwsError(
      "OperationNotPermitted",
      `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
    );
  }
  for (const listener of records.listenersOf(arn)) deleteListener(control, listener.arn);
  records.loadBalancers.delete(arn);
  records.tags.delete(arn);
  await control.publish(arn);
}

export async function modifyLoadBalancerAttributes(
  control: ControlPlane,
  arn: string,
  changes: v.InferOutput<typeof attributes>,
): Promise<LoadBalancerRecord> {
  const record = control.records.loadBalancer(arn);
  const next = changedAttributes(loadBalancerAttributes, record.attributes, changes);
  await checkLogs(control, next);
  record.attributes = next;
  await control.publish(arn);
  return record;
}

export function subnetsOf(input: Pick<LoadBalancerInput, "Subnets" | "SubnetMappings">): readonly string[] {
  const subnets = input.Subnets ?? input.SubnetMappings?.map(({ SubnetId }) => SubnetId) ?? [];
  if (subnets.length < 2) {
    throw new AwsError(
      "InvalidConfigurationRequest",
      "At least two subnets in two different Availability Zones must be specified",
    );
  }
  return subnets;
}

function checkName(name: string): void {
  if (name.length > 32) throw invalid(`The load balancer name '${name}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name)) {
    throw invalid(
      `The load balancer name '${name}' can only contain characters that are alphanumeric characters or hyphens(-), and cannot begin or end with a hyphen`,
    );
  }
  if (name.startsWith("internal-")) throw invalid(`The load balancer name '${name}' cannot begin with 'internal-'`);
}

function shown(control: ControlPlane, record: LoadBalancerRecord) {
  return {
    LoadBalancerArn: record.arn,
    DNSName: record.dnsName,
    CanonicalHostedZoneId: record.hostedZoneId,
    CreatedTime: record.createdAt,
    LoadBalancerName: record.name,
    Scheme: record.scheme,
    State: { Code: "active" },
    Type: "application",
    AvailabilityZones: zonesOf(control, record.subnets),
    SecurityGroups: record.securityGroups,
    IpAddressType: record.ipAddressType,
  };
}

/** Subnets are records without a place here: they are spread over the zones in their order, as the stacks do. */
function zonesOf(control: ControlPlane, subnets: readonly string[]) {
  return subnets.map((SubnetId, index) => ({
    ZoneName: `${control.place.region}${"abcdef".charAt(index % 6)}`,
    SubnetId,
    LoadBalancerAddresses: [],
  }));
}

export function loadBalancerOperations(control: ControlPlane): Operations {
  const { records } = control;
  return {
    CreateLoadBalancer: define(createInput, (input) => ({
      LoadBalancers: [shown(control, createLoadBalancer(control, input))],
    })),
    DescribeLoadBalancers: define(
      v.object({ LoadBalancerArns: v.optional(texts), Names: v.optional(texts), ...paging }),
      (input) => {
        const all = [...records.loadBalancers.values()];
        const chosen =
          input.LoadBalancerArns?.map((arn) => records.loadBalancer(arn)) ??
          input.Names?.map((name) => {
            const record = all.find((one) => one.name === name);
            return found(record, "LoadBalancerNotFound", `Load balancers '[${name}]' not found`);
          });
        const { page, NextMarker } = paged(chosen ?? all, input);
        return { LoadBalancers: page.map((record) => shown(control, record)), NextMarker };
      },
    ),
    DeleteLoadBalancer: define(v.object(byArn), async ({ LoadBalancerArn }) => {
      await deleteLoadBalancer(control, LoadBalancerArn);
      return {};
    }),
    DescribeLoadBalancerAttributes: define(v.object(byArn), ({ LoadBalancerArn }) => ({
      Attributes: shownAttributes(records.loadBalancer(LoadBalancerArn).attributes),
    })),
    ModifyLoadBalancerAttributes: define(v.object({ ...byArn, Attributes: attributes }), async (input) => {
      const record = await modifyLoadBalancerAttributes(control, input.LoadBalancerArn, input.Attributes);
      return { Attributes: shownAttributes(record.attributes) };
    }),
    SetSubnets: define(
      v.object({ ...byArn, Subnets: loadBalancerInput.Subnets, SubnetMappings: loadBalancerInput.SubnetMappings }),
      (input) => {
        const record = records.loadBalancer(input.LoadBalancerArn);
        record.subnets = subnetsOf(input);
        return { AvailabilityZones: zonesOf(control, record.subnets), IpAddressType: record.ipAddressType };
      },
    ),
    SetSecurityGroups: define(v.object({ ...byArn, SecurityGroups: texts }), (input) => {
      const record = records.loadBalancer(input.LoadBalancerArn);
      record.securityGroups = input.SecurityGroups;
      return { SecurityGroupIds: record.securityGroups };
    }),
    SetIpAddressType: define(v.object({ ...byArn, IpAddressType: text }), (input) => {
      const record = records.loadBalancer(input.LoadBalancerArn);
      record.ipAddressType = input.IpAddressType;
      return { IpAddressType: record.ipAddressType };
    }),
  };
}
