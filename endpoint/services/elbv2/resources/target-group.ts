import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import { initialAttributes, namedAttributes, targetGroupAttributes } from "../attributes.ts";
import type { ControlPlane } from "../control-plane.ts";
import { shownHealthCheck } from "../health-checks.ts";
import { withTags } from "../operations/tags.ts";
import {
  createTargetGroup,
  deleteTargetGroup,
  modifyTargetGroup,
  modifyTargetGroupAttributes,
  targetGroupInput,
} from "../operations/target-groups.ts";
import { deregisterTargets, registerTargets } from "../operations/targets.ts";
import type { TargetGroupRecord } from "../records.ts";
import { attributes, targets, text } from "../schema.ts";
import { stackTags } from "./tagging.ts";

const schema = v.object({
  Name: v.optional(text),
  ...targetGroupInput,
  TargetGroupAttributes: v.optional(attributes, []),
  Targets: v.optional(targets, []),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-targetgroup.html */
export function targetGroupResource(control: ControlPlane): ResourceProvider {
  const { records } = control;
  return {
    replaceOn: ["IpAddressType", "Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId"],
    async create(properties, context) {
      const { TargetGroupAttributes, Targets, ...input } = parseProperties(schema, properties, context);
      const record = createTargetGroup(control, {
        ...input,
        Name: input.Name ?? physicalName(context, 32),
        Tags: stackTags(input.Tags, context),
      });
      try {
        modifyTargetGroupAttributes(control, record.arn, TargetGroupAttributes);
        await registerTargets(control, record.arn, Targets);
      } catch (error) {
        await deleteTargetGroup(control, record.arn);
        throw error;
      }
      return stateOf(control, record);
    },
    async update(current, properties, previous, context) {
      const input = parseProperties(schema, properties, context);
      const before = parseProperties(schema, previous, context);
      const record = modifyTargetGroup(control, current.physicalId, input);
      // An attribute that is no longer in the template goes back to its default.
      const initial = [...initialAttributes(targetGroupAttributes)].map(([Key, Value]) => ({ Key, Value }));
      modifyTargetGroupAttributes(control, record.arn, [...initial, ...input.TargetGroupAttributes]);
      records.tags.set(record.arn, withTags(undefined, stackTags(input.Tags, context)));
      const kept = new Set(input.Targets.map(({ Id, Port }) => `${Id}:${Port}`));
      deregisterTargets(
        control,
        record.arn,
        before.Targets.filter(({ Id, Port }) => !kept.has(`${Id}:${Port}`)),
      );
      await registerTargets(control, record.arn, input.Targets);
      return stateOf(control, record);
    },
    delete: (current) => deleteTargetGroup(control, current.physicalId),
    read({ physicalId }, properties) {
      const record = records.targetGroups.get(physicalId);
      if (record === undefined) return undefined;
      const { name, port, protocol, targetType, vpcId, healthCheck } = record;
      return {
        ...{ Name: name, Port: port, Protocol: protocol, TargetType: targetType, VpcId: vpcId },
        ...shownHealthCheck(healthCheck),
        TargetGroupAttributes: namedAttributes(record.attributes, properties.TargetGroupAttributes),
      };
    },
  };
}

function stateOf(control: ControlPlane, record: TargetGroupRecord): ResourceState {
  return {
    physicalId: record.arn,
    attributes: {
      TargetGroupArn: record.arn,
      TargetGroupName: record.name,
      TargetGroupFullName: record.fullName,
      LoadBalancerArns: control.loadBalancersOf(record.arn),
    },
  };
}
