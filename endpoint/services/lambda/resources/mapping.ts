import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "../engine.ts";
import { type EventSourceMapping, newMapping } from "../mappings.ts";
import { whereFound } from "./function.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
export function mappingResource({ functions, mappings, poller }: LambdaEngine): ResourceProvider {
  const state = ({ uuid, arn }: EventSourceMapping): ResourceState => ({
    physicalId: uuid,
    attributes: { Id: uuid, EventSourceMappingArn: arn },
  });
  return {
    replaceOn: ["EventSourceArn", "StartingPosition", "StartingPositionTimestamp"],
    async create(given, context) {
      const settings = parseProperties(newMapping, given, context);
      const mapping = mappings.create(settings, functions.resolve(settings.FunctionName).version.arn);
      poller.refresh(mapping.uuid);
      return state(mapping);
    },
    async update(current, given, _previous, context) {
      const settings = parseProperties(newMapping, given, context);
      const functionArn = functions.resolve(settings.FunctionName).version.arn;
      const mapping = mappings.change(current.physicalId, settings, functionArn);
      poller.refresh(mapping.uuid);
      return state(mapping);
    },
    async delete(current) {
      whereFound(() => mappings.delete(current.physicalId));
      poller.refresh(current.physicalId);
    },
  };
}
