import * as v from "valibot";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import { changedAttributes, initialAttributes, listenerAttributes } from "../attributes.ts";
import type { ControlPlane } from "../control-plane.ts";
import { createListener, deleteListener, listenerInput, modifyListener } from "../operations/listeners.ts";
import { withTags } from "../operations/tags.ts";
import { action, attributes, tags, text } from "../schema.ts";
import { stackTags } from "./tagging.ts";

const schema = v.object({
  LoadBalancerArn: text,
  ...listenerInput,
  DefaultActions: v.array(action),
  ListenerAttributes: v.optional(attributes, []),
  Tags: tags,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-listener.html */
export function listenerResource(control: ControlPlane): ResourceProvider {
  const { records } = control;
  return {
    replaceOn: ["LoadBalancerArn"],
    async create(properties, context) {
      const { ListenerAttributes, ...input } = parseProperties(schema, properties, context);
      const wanted = changedAttributes(listenerAttributes, initialAttributes(listenerAttributes), ListenerAttributes);
      const record = await createListener(control, { ...input, Tags: stackTags(input.Tags, context) });
      record.attributes = wanted;
      return stateOf(record.arn);
    },
    async update(current, properties, _, context) {
      const { ListenerAttributes, ...input } = parseProperties(schema, properties, context);
      const wanted = changedAttributes(listenerAttributes, initialAttributes(listenerAttributes), ListenerAttributes);
      const record = await modifyListener(control, { ...input, ListenerArn: current.physicalId });
      record.attributes = wanted;
      records.tags.set(record.arn, withTags(undefined, stackTags(input.Tags, context)));
      return stateOf(record.arn);
    },
    read({ physicalId }) {
      const record = records.listeners.get(physicalId);
      if (record === undefined) return undefined;
      const { loadBalancerArn, port, protocol, sslPolicy, certificateArn, actions } = record;
      return {
        ...{ LoadBalancerArn: loadBalancerArn, Port: port, Protocol: protocol, SslPolicy: sslPolicy },
        Certificates: certificateArn === undefined ? [] : [{ CertificateArn: certificateArn }],
        DefaultActions: actions,
      };
    },
    async delete(current) {
      const record = records.listeners.get(current.physicalId);
      if (record === undefined) return;
      deleteListener(control, record.arn);
      await control.publish(record.loadBalancerArn);
    },
  };
}

function stateOf(arn: string): ResourceState {
  return { physicalId: arn, attributes: { ListenerArn: arn } };
}
