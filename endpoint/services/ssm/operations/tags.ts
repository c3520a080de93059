import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { tagList } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { SsmEngine } from "../engine.ts";

const resource = { ResourceType: v.string(), ResourceId: v.string() };

/** Tags of parameters. */
export function tagOperations({ parameters }: SsmEngine): Operations {
  function parameterOf(input: { readonly ResourceType: string; readonly ResourceId: string }) {
    if (input.ResourceType !== "Parameter") throw notEmulated(`SSM's resource type ${input.ResourceType}`);
    const parameter = parameters.find(input.ResourceId);
    if (!parameter) throw new AwsError("InvalidResourceId", `The resource ID "${input.ResourceId}" is not valid.`);
    return parameter;
  }
  return {
    ListTagsForResource: define(v.object(resource), (input) => ({
      TagList: Object.entries(parameterOf(input).tags).map(([Key, Value]) => ({ Key, Value })),
    })),
    AddTagsToResource: define(v.object({ ...resource, Tags: tagList }), (input) => {
      const { name, tags } = parameterOf(input);
      parameters.change(name, {
        tags: { ...tags, ...Object.fromEntries(input.Tags.map((tag) => [tag.Key, tag.Value])) },
      });
      return {};
    }),
    RemoveTagsFromResource: define(v.object({ ...resource, TagKeys: v.array(v.string()) }), (input) => {
      const { name, tags } = parameterOf(input);
      const kept = Object.entries(tags).filter(([key]) => !input.TagKeys.includes(key));
      parameters.change(name, { tags: Object.fromEntries(kept) });
      return {};
    }),
  };
}
