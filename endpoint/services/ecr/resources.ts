import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { flag, jsonDocument, parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type {
  Properties,
  ResourceContext,
  ResourceProvider,
  ResourceState,
  Resources,
} from "#endpoint/core/service.ts";
import type { EcrEngine } from "./engine.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html */
const repositoryProperties = v.object({
  RepositoryName: v.optional(v.string()),
  ImageTagMutability: v.optional(v.picklist(["MUTABLE", "IMMUTABLE"]), "MUTABLE"),
  ImageScanningConfiguration: v.optional(v.object({ ScanOnPush: v.optional(flag, false) }), {}),
  RepositoryPolicyText: v.optional(jsonDocument),
  LifecyclePolicy: v.optional(v.object({ LifecyclePolicyText: v.optional(v.string()) })),
  Tags: v.optional(tagList),
});

export function resourcesOf(engine: EcrEngine): Resources {
  return { "AWS::ECR::Repository": repositoryResource(engine) };
}

function repositoryResource({ repositories, now }: EcrEngine): ResourceProvider {
  function settings(properties: Properties, context: ResourceContext) {
    const wanted = parseProperties(repositoryProperties, properties, context);
    return {
      name: wanted.RepositoryName,
      tagMutability: wanted.ImageTagMutability,
      scanOnPush: wanted.ImageScanningConfiguration.ScanOnPush,
      policyText: wanted.RepositoryPolicyText,
      lifecyclePolicyText: wanted.LifecyclePolicy?.LifecyclePolicyText,
      tags: tagsOf(wanted.Tags, context),
    };
  }

  function state(name: string): ResourceState {
    return { physicalId: name, attributes: { Arn: repositories.arn(name), RepositoryUri: repositories.uri(name) } };
  }

  return {
    replaceOn: ["RepositoryName", "EncryptionConfiguration"],
    async create(properties, context) {
      const wanted = settings(properties, context);
      const name = wanted.name ?? physicalName(context, 256, "lower");
      repositories.add({ ...wanted, name, createdAt: now() });
      return state(name);
    },
    async update({ physicalId }, properties, _previous, context) {
      repositories.change(physicalId, { ...settings(properties, context), name: physicalId });
      return state(physicalId);
    },
    async delete({ physicalId }) {
      if (repositories.has(physicalId)) repositories.remove(physicalId);
    },
  };
}
