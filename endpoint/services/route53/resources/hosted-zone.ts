import * as v from "valibot";
import { parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import type { Route53Engine } from "../engine.ts";
import type { HostedZone } from "../hosted-zones.ts";

const schema = v.object({
  Name: v.string(),
  HostedZoneConfig: v.optional(v.object({ Comment: v.optional(v.string()) })),
  HostedZoneTags: v.optional(tagList),
  VPCs: v.optional(v.array(v.unknown()), []),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-hostedzone.html */
export function hostedZoneResource({ zones }: Route53Engine): ResourceProvider {
  return {
    replaceOn: ["Name"],
    async create(properties, context) {
      const input = parseProperties(schema, properties, context);
      const zone = zones.create({
        name: input.Name,
        callerReference: `${context.stackId}/${context.logicalId}/${crypto.randomUUID()}`,
        comment: input.HostedZoneConfig?.Comment,
        privateZone: input.VPCs.length > 0,
      });
      zone.tags = new Map(Object.entries(tagsOf(input.HostedZoneTags, context)));
      return stateOf(zone);
    },
    async update(current, properties, _, context) {
      const input = parseProperties(schema, properties, context);
      const zone = zones.get(current.physicalId);
      zone.comment = input.HostedZoneConfig?.Comment;
      zone.tags = new Map(Object.entries(tagsOf(input.HostedZoneTags, context)));
      return stateOf(zone);
    },
    async delete(current) {
      if (zones.find(current.physicalId) !== undefined) zones.delete(current.physicalId);
    },
  };
}

function stateOf(zone: HostedZone): ResourceState {
  return { physicalId: zone.id, attributes: { Id: zone.id, NameServers: zone.nameServers } };
}
