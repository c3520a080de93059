import * as v from "valibot";
import { AwsError, notEmulated } from "../../endpoint/errors.ts";
import { tagList } from "../../endpoint/properties.ts";
import { define, type Operation } from "../../endpoint/service.ts";
import type { ParameterStore } from "./store.ts";

const resource = { ResourceType: v.string(), ResourceId: v.string() };

/** Tags of parameters. */
export function tagOperations(store: ParameterStore) {
  function parameterOf(input: { readonly ResourceType: string; readonly ResourceId: string }) {
    if (input.ResourceType !== "Parameter") throw notEmulated(`SSM's resource type ${input.ResourceType}`);
    const parameter = store.find(input.ResourceId);
    if (!parameter) throw new AwsError("InvalidResourceId", `The resource ID "${input.ResourceId}" is not valid.`);
    return parameter;
  }
  return {
    ListTagsForResource: define(v.object(resource), (input) => ({
      TagList: Object.entries(parameterOf(input).tags).map(([Key, Value]) => ({ Key, Value })),
    })),
    AddTagsToResource: define(v.object({ ...resource, Tags: tagList }), (input) => {
      const { name, tags } = parameterOf(input);
      store.change(name, { tags: { ...tags, ...Object.fromEntries(input.Tags.map((tag) => [tag.Key, tag.Value])) } });
      return {};
    }),
    RemoveTagsFromResource: define(v.object({ ...resource, TagKeys: v.array(v.string()) }), (input) => {
      const { name, tags } = parameterOf(input);
      const kept = Object.entries(tags).filter(([key]) => !input.TagKeys.includes(key));
      store.change(name, { tags: Object.fromEntries(kept) });
      return {};
    }),
  } satisfies Readonly<Record<string, Operation>>;
}
