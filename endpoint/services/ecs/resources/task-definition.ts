import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceProvider } from "#endpoint/core/service.ts";
import type { EcsEngine } from "../engine.ts";
import { taskDefinitionSchema } from "../task-definitions.ts";
import { fromTemplate, ignoreMissing, withStackTags } from "../template.ts";

const taggedSchema = v.object({ tags: taskDefinitionSchema.entries.tags });

export function taskDefinitionResource(engine: EcsEngine): ResourceProvider {
  return {
    // Everything but the tags: a task definition never changes, it has revisions.
    replaceOn: [
      "ContainerDefinitions",
      "Cpu",
      "EnableFaultInjection",
      "EphemeralStorage",
      "ExecutionRoleArn",
      "Family",
      "InferenceAccelerators",
      "IpcMode",
      "Memory",
      "NetworkMode",
      "PidMode",
      "PlacementConstraints",
      "ProxyConfiguration",
      "RequiresCompatibilities",
      "RuntimePlatform",
      "TaskRoleArn",
      "Volumes",
    ],
    async create(properties, context) {
      const named = { Family: physicalName(context, 255), ...properties };
      const input = parseProperties(taskDefinitionSchema, fromTemplate(named), context);
      const tags = withStackTags(input.tags, context);
      const registeredBy = `arn:aws:iam::${context.account}:user/operator`;
      const { arn } = engine.definitions.register({ ...input, tags }, registeredBy, engine.clock.now());
      return { physicalId: arn, attributes: { TaskDefinitionArn: arn } };
    },
    async update(current, properties, _previous, context) {
      const definition = engine.definitions.find(current.physicalId);
      const { tags } = parseProperties(taggedSchema, fromTemplate(properties), context);
      if (definition) engine.definitions.tag(definition, withStackTags(tags, context));
      return current;
    },
    async delete(current) {
      ignoreMissing(["ClientException"], () => engine.definitions.deregister(current.physicalId, engine.clock.now()));
    },
  };
}
