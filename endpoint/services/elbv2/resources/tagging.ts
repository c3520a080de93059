import { tagsOf } from "#endpoint/core/properties.ts";
import type { ResourceContext } from "#endpoint/core/service.ts";

type TagProperties = Parameters<typeof tagsOf>[0];

/** The resource's tags with its stack's, as this API writes them. */
export function stackTags(tags: TagProperties, context: ResourceContext) {
  return Object.entries(tagsOf(tags, context)).map(([Key, Value]) => ({ Key, Value }));
}
