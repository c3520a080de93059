import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Parameter } from "./parameter.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
export const parameterFilters = v.optional(
  v.array(
    v.object({
      Key: v.string(),
      Option: v.optional(v.string()),
      Values: v.optional(v.array(v.string()), []),
    }),
  ),
  [],
);

type Filter = v.InferOutput<typeof parameterFilters>[number];

export function matchesFilters(parameter: Parameter, filters: readonly Filter[]): boolean {
  return filters.every((filter) => matches(parameter, filter));
}

export function inPath(name: string, path: string, depth: "one-level" | "recursive"): boolean {
  const prefix = path.endsWith("/") ? path : `${path}/`;
  return name.startsWith(prefix) && (depth === "recursive" || !name.slice(prefix.length).includes("/"));
}

function matches(parameter: Parameter, { Key, Option, Values }: Filter): boolean {
  const version = parameter.current;
  if (Key.startsWith("tag:")) return compare(parameter.tags[Key.slice(4)], Option, Values);
  switch (Key) {
    case "Name":
      return compare(parameter.name, Option, Values);
    case "Type":
      return compare(version.type, Option, Values);
    case "KeyId":
      return compare(version.keyId, Option, Values);
    case "Tier":
      return compare(version.tier, Option, Values);
    case "Path":
      return Values.some((path) => inPath(parameter.name, path, Option === "Recursive" ? "recursive" : "one-level"));
    default:
      throw new AwsError("InvalidFilterKey", `The filter key ${Key} is not valid.`);
  }
}

function compare(value: string | undefined, option: string | undefined, values: readonly string[]): boolean {
  if (value === undefined) return false;
  switch (option) {
    case undefined:
    case "Equals":
      return values.length === 0 || values.includes(value);
    case "BeginsWith":
      return values.some((it) => value.startsWith(it));
    case "Contains":
      return values.some((it) => value.includes(it));
    default:
      throw new AwsError(
        "InvalidFilterOption",
        `The filter option ${option} is not valid. Valid options are: BeginsWith, Contains, Equals.`,
      );
  }
}
