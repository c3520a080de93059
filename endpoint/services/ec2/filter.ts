import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { compileWildcard } from "#endpoint/core/wildcard.ts";

const Filters = v.optional(v.array(v.object({ Name: v.string(), Value: v.optional(v.array(v.string()), []) })), []);

const Ids = v.optional(v.array(v.string()), []);

/** Filters and ids of a Describe call: `Filter.1.Name=…`, `Filter.1.Value.1=…`, `VpcId.1=…`. */
export const Listing = v.object({
  Filter: Filters,
  VpcId: Ids,
  SubnetId: Ids,
  GroupId: Ids,
  RouteTableId: Ids,
  AllocationId: Ids,
});
export type Listing = v.InferOutput<typeof Listing>;
export type Filters = v.InferOutput<typeof Filters>;

/** What a filter can test on an item: its plain fields by filter name, and its tags. */
export interface Filterable {
  readonly fields: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** All filters must hold, each by any of its values; `*` and `?` are wildcards, and a backslash takes that from them. */
export function matches(item: Filterable, filters: Filters): boolean {
  return filters.every(({ Name, Value }) => {
    const candidates = valuesOf(item, Name);
    return Value.some((pattern) => candidates.some(compileWildcard(pattern, { backslash: "escapes" })));
  });
}

function valuesOf(item: Filterable, name: string): readonly string[] {
  if (name === "tag-key") return Object.keys(item.tags);
  const value = name.startsWith("tag:") ? item.tags[name.slice("tag:".length)] : item.fields[name];
  if (value === undefined && !name.startsWith("tag:")) {
    throw new AwsError("InvalidParameterValue", `The filter '${name}' is invalid`);
  }
  return value === undefined ? [] : [value];
}
