import * as v from "valibot";
import { physicalName } from "../../endpoint/physical-name.ts";
import { flag, jsonDocument, parseProperties, tagList, tagsOf } from "../../endpoint/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, ResourceState } from "../../endpoint/service.ts";
import type { Registry } from "./repository.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html */
const repositoryProperties = v.object({
  RepositoryName: v.optional(v.string()),
  ImageTagMutability: v.optional(v.picklist(["MUTABLE", "IMMUTABLE"]), "MUTABLE"),
  ImageScanningConfiguration: v.optional(v.object({ ScanOnPush: v.optional(flag, false) }), {}),
  RepositoryPolicyText: v.optional(jsonDocument),
  LifecyclePolicy: v.optional(v.object({ LifecyclePolicyText: v.optional(v.string()) })),
  Tags: v.optional(tagList),
});

export function repositoryProvider(registry: Registry, now: () => Date): ResourceProvider {
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
    return { physicalId: name, attributes: { Arn: registry.arn(name), RepositoryUri: registry.uri(name) } };
  }

  return {
    replaceOn: ["RepositoryName", "EncryptionConfiguration"],
    async create(properties, context) {
      const wanted = settings(properties, context);
      const name = wanted.name ?? physicalName(context, 256, "lower");
      registry.add({ ...wanted, name, createdAt: now() });
      return state(name);
    },
    async update({ physicalId }, properties, _previous, context) {
      registry.change(physicalId, { ...settings(properties, context), name: physicalId });
      return state(physicalId);
    },
    async delete({ physicalId }) {
      if (registry.has(physicalId)) registry.remove(physicalId);
    },
  };
}
