import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import { initialAttributes, loadBalancerAttributes, namedAttributes } from "../attributes.ts";
import type { ControlPlane } from "../control-plane.ts";
import {
  createLoadBalancer,
  deleteLoadBalancer,
  loadBalancerInput,
  modifyLoadBalancerAttributes,
  subnetsOf,
} from "../operations/load-balancers.ts";
import { withTags } from "../operations/tags.ts";
import type { LoadBalancerRecord } from "../records.ts";
import { attributes, text } from "../schema.ts";
import { stackTags } from "./tagging.ts";

const schema = v.object({
  Name: v.optional(text),
  ...loadBalancerInput,
  LoadBalancerAttributes: v.optional(attributes, []),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-loadbalancer.html */
export function loadBalancerResource(control: ControlPlane): ResourceProvider {
  return {
    replaceOn: ["Name", "Scheme", "Type"],
    async create(properties, context) {
      const { LoadBalancerAttributes, ...input } = parseProperties(schema, properties, context);
      const record = createLoadBalancer(control, {
        ...input,
        Name: input.Name ?? physicalName(context, 32),
        Tags: stackTags(input.Tags, context),
      });
      try {
        await modifyLoadBalancerAttributes(control, record.arn, LoadBalancerAttributes);
      } catch (error) {
        await deleteLoadBalancer(control, record.arn);
        throw error;
      }
      return stateOf(record);
    },
    async update(current, properties, _, context) {
      const input = parseProperties(schema, properties, context);
      const record = control.records.loadBalancer(current.physicalId);
      record.subnets = subnetsOf(input);
      record.securityGroups = input.SecurityGroups ?? record.securityGroups;
      record.ipAddressType = input.IpAddressType ?? "ipv4";
      control.records.tags.set(record.arn, withTags(undefined, stackTags(input.Tags, context)));
      // An attribute that is no longer in the template goes back to its default.
      const initial = [...initialAttributes(loadBalancerAttributes)].map(([Key, Value]) => ({ Key, Value }));
      await modifyLoadBalancerAttributes(control, record.arn, [...initial, ...input.LoadBalancerAttributes]);
      return stateOf(record);
    },
    delete: (current) => deleteLoadBalancer(control, current.physicalId),
    read({ physicalId }, properties) {
      const record = control.records.loadBalancers.get(physicalId);
      if (record === undefined) return undefined;
      return {
        ...{ Name: record.name, Scheme: record.scheme, Subnets: record.subnets, SecurityGroups: record.securityGroups },
        LoadBalancerAttributes: namedAttributes(record.attributes, properties.LoadBalancerAttributes),
      };
    },
  };
}

function stateOf(record: LoadBalancerRecord): ResourceState {
  return {
    physicalId: record.arn,
    attributes: {
      LoadBalancerArn: record.arn,
      LoadBalancerName: record.name,
      LoadBalancerFullName: record.fullName,
      DNSName: record.dnsName,
      CanonicalHostedZoneID: record.hostedZoneId,
      SecurityGroups: record.securityGroups,
    },
  };
}
