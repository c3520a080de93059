import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { flag } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import {
  changedAttributes,
  groupSettings,
  initialAttributes,
  shownAttributes,
  targetGroupAttributes,
} from "../attributes.ts";
import { type ControlPlane, limits } from "../control-plane.ts";
import { checkedHealthCheck, healthCheckInput, initialHealthCheck, shownHealthCheck } from "../health-checks.ts";
import { found, newId, type TargetGroupRecord } from "../records.ts";
import { attributes, invalid, paged, paging, port, tags, text, texts } from "../schema.ts";
import { withTags } from "./tags.ts";

export const targetGroupInput = {
  Protocol: v.optional(text),
  ProtocolVersion: v.optional(text),
  Port: v.optional(port),
  VpcId: v.optional(text),
  TargetType: v.optional(v.picklist(["instance", "ip", "lambda", "alb"])),
  IpAddressType: v.optional(text),
  HealthCheckEnabled: v.optional(flag),
  Tags: tags,
  ...healthCheckInput,
};
const createInput = v.object({ Name: text, ...targetGroupInput });
const byArn = { TargetGroupArn: text };

export type TargetGroupInput = v.InferOutput<typeof createInput>;

export function createTargetGroup(control: ControlPlane, input: TargetGroupInput): TargetGroupRecord {
  const { records } = control;
  checkName(input.Name);
  const wanted = wantedOf(input);
  const same = [...records.targetGroups.values()].find((one) => one.name === input.Name);
  if (same !== undefined) {
    const { arn: _, name: __, fullName: ___, attributes: ____, ...current } = same;
    if (isDeepStrictEqual(current, wanted)) return same;
    throw new AwsError(
      "DuplicateTargetGroupName",
      `A target group with the same name '${input.Name}' exists, but with different settings`,
    );
  }
  if (records.targetGroups.size >= limits.targetGroups) {
    throw new AwsError(
      "TooManyTargetGroups",
      `The maximum number of target groups '${limits.targetGroups}' has been reached`,
    );
  }
  const fullName = `targetgroup/${input.Name}/${newId()}`;
  const record: TargetGroupRecord = {
    ...wanted,
    arn: control.arn(fullName),
    name: input.Name,
    fullName,
    attributes: initialAttributes(targetGroupAttributes),
  };
  records.tags.set(record.arn, withTags(undefined, input.Tags));
  records.targetGroups.set(record.arn, record);
  void control.plane.setGroup({ arn: record.arn, fullName, settings: groupSettings(record) });
  return record;
}

type Wanted = Omit<TargetGroupRecord, "arn" | "name" | "fullName" | "attributes">;

function wantedOf(input: TargetGroupInput): Wanted {
  const { Protocol: protocol, Port: portNumber, TargetType: targetType = "instance" } = input;
  if (targetType === "lambda" || targetType === "alb") throw notEmulated(`A target group of type '${targetType}'`);
  if (protocol === undefined || portNumber === undefined)
    throw invalid("A target group must have a protocol and a port");
  if (protocol !== "HTTP" && protocol !== "HTTPS") throw notEmulated(`A target group of protocol '${protocol}'`);
  if (input.ProtocolVersion !== undefined && input.ProtocolVersion !== "HTTP1") {
    throw notEmulated(`A target group of protocol version '${input.ProtocolVersion}'`);
  }
  if (input.VpcId === undefined) throw invalid("A VPC ID must be specified");
  if (input.HealthCheckEnabled === false) {
    throw new AwsError(
      "InvalidConfigurationRequest",
      "Health check enabled must be true for target groups with target type 'instance' or 'ip'",
    );
  }
  return {
    protocol,
    port: portNumber,
    vpcId: input.VpcId,
    targetType,
    ipAddressType: input.IpAddressType ?? "ipv4",
    healthCheck: checkedHealthCheck(input, initialHealthCheck),
  };
}

export function modifyTargetGroup(
  control: ControlPlane,
  arn: string,
  input: v.InferOutput<typeof healthCheckSchema>,
): TargetGroupRecord {
  const record = control.records.targetGroup(arn);
  record.healthCheck = checkedHealthCheck(input, record.healthCheck);
  void control.plane.setGroup({ arn, fullName: record.fullName, settings: groupSettings(record) });
  return record;
}
const healthCheckSchema = v.object(healthCheckInput);

export function modifyTargetGroupAttributes(
  control: ControlPlane,
  arn: string,
  changes: v.InferOutput<typeof attributes>,
): TargetGroupRecord {
  const record = control.records.targetGroup(arn);
  record.attributes = changedAttributes(targetGroupAttributes, record.attributes, changes);
  void control.plane.setGroup({ arn, fullName: record.fullName, settings: groupSettings(record) });
  return record;
}

/** A group that is gone already is a success. */
export async function deleteTargetGroup(control: ControlPlane, arn: string): Promise<void> {
  if (control.loadBalancersOf(arn).length > 0) {
    throw new AwsError("ResourceInUse", `Target group '${arn}' is currently in use by a listener or a rule`);
  }
  control.records.targetGroups.delete(arn);
  control.records.tags.delete(arn);
  await control.plane.removeGroup(arn);
}

function checkName(name: string): void {
  if (name.length > 32) throw invalid(`Target group name '${name}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name)) {
    throw invalid(
      `Target group name '${name}' can only contain characters that are alphanumeric characters or hyphens(-), and cannot begin or end with a hyphen`,
    );
  }
}

function shown(control: ControlPlane, record: TargetGroupRecord) {
  return {
    TargetGroupArn: record.arn,
    TargetGroupName: record.name,
    Protocol: record.protocol,
    ProtocolVersion: "HTTP1",
    Port: record.port,
    VpcId: record.vpcId,
    ...shownHealthCheck(record.healthCheck),
    LoadBalancerArns: control.loadBalancersOf(record.arn),
    TargetType: record.targetType,
    IpAddressType: record.ipAddressType,
  };
}

export function targetGroupOperations(control: ControlPlane): Operations {
  const { records } = control;
  const describeInput = v.object({
    LoadBalancerArn: v.optional(text),
    TargetGroupArns: v.optional(texts),
    Names: v.optional(texts),
    ...paging,
  });
  const chosen = (input: v.InferOutput<typeof describeInput>) => {
    const all = [...records.targetGroups.values()];
    if (input.TargetGroupArns !== undefined) return input.TargetGroupArns.map((arn) => records.targetGroup(arn));
    if (input.Names !== undefined) {
      return input.Names.map((name) =>
        found(
          all.find((one) => one.name === name),
          "TargetGroupNotFound",
          "One or more target groups not found",
        ),
      );
    }
    if (input.LoadBalancerArn === undefined) return all;
    const arns = control.groupsOf(records.loadBalancer(input.LoadBalancerArn).arn);
    return all.filter(({ arn }) => arns.includes(arn));
  };
  return {
    CreateTargetGroup: define(createInput, (input) => ({
      TargetGroups: [shown(control, createTargetGroup(control, input))],
    })),
    DescribeTargetGroups: define(describeInput, (input) => {
      const { page, NextMarker } = paged(chosen(input), input);
      return { TargetGroups: page.map((record) => shown(control, record)), NextMarker };
    }),
    ModifyTargetGroup: define(v.object({ ...byArn, ...healthCheckInput }), (input) => ({
      TargetGroups: [shown(control, modifyTargetGroup(control, input.TargetGroupArn, input))],
    })),
    DeleteTargetGroup: define(v.object(byArn), async ({ TargetGroupArn }) => {
      await deleteTargetGroup(control, TargetGroupArn);
      return {};
    }),
    DescribeTargetGroupAttributes: define(v.object(byArn), ({ TargetGroupArn }) => ({
      Attributes: shownAttributes(records.targetGroup(TargetGroupArn).attributes),
    })),
    ModifyTargetGroupAttributes: define(v.object({ ...byArn, Attributes: attributes }), (input) => ({
      Attributes: shownAttributes(
        modifyTargetGroupAttributes(control, input.TargetGroupArn, input.Attributes).attributes,
      ),
    })),
  };
}
