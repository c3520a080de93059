import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type {
  Properties,
  ResourceContext,
  ResourceProvider,
  ResourceState,
  Resources,
} from "#endpoint/core/service.ts";
import type { SsmEngine } from "./engine.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html */
const parameterProperties = v.object({
  Name: v.optional(v.string()),
  Type: v.picklist(["String", "StringList"]),
  Value: v.string(),
  Description: v.optional(v.string()),
  AllowedPattern: v.optional(v.string()),
  DataType: v.optional(v.string()),
  Tier: v.optional(v.picklist(["Standard", "Advanced", "Intelligent-Tiering"])),
  /** A map here, unlike in other resources. */
  Tags: v.optional(v.record(v.string(), v.string())),
});

export function resourcesOf(engine: SsmEngine): Resources {
  return { "AWS::SSM::Parameter": parameterResource(engine) };
}

function parameterResource({ parameters, now }: SsmEngine): ResourceProvider {
  function put(properties: Properties, context: ResourceContext, existing?: string): ResourceState {
    const wanted = parseProperties(parameterProperties, properties, context);
    const tags = { ...context.stackTags, ...wanted.Tags };
    const name = existing ?? wanted.Name ?? physicalName({ stackName: "CFN", logicalId: context.logicalId }, 1011);
    parameters.put({
      name,
      value: wanted.Value,
      type: wanted.Type,
      overwrite: existing !== undefined,
      description: wanted.Description,
      allowedPattern: wanted.AllowedPattern,
      dataType: wanted.DataType,
      tier: wanted.Tier,
      tags,
      modifiedBy: context.stackId,
      modifiedAt: now(),
    });
    parameters.change(name, { tags });
    return { physicalId: name, attributes: { Type: wanted.Type, Value: wanted.Value } };
  }

  return {
    replaceOn: ["Name"],
    create: async (properties, context) => put(properties, context),
    update: async ({ physicalId }, properties, _previous, context) => put(properties, context, physicalId),
    delete: async ({ physicalId }) => void parameters.delete(physicalId),
  };
}
