import * as v from "valibot";
import { AwsError } from "./errors.ts";
import { withReplaced } from "./replacement.ts";
import type { Properties, ResourceContext } from "./service.ts";

/** Templates and form-encoded requests may write a number as a string: `60` and `"60"` are the same. */
export const numeric = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i, "must be a number"))]),
  v.transform(Number),
);

/** Likewise `true` and `"true"`. */
export const flag = v.pipe(
  v.union([v.boolean(), v.picklist(["true", "false"])]),
  v.transform((value) => value === true || value === "true"),
);

export const tagList = v.array(v.object({ Key: v.string(), Value: v.string() }));

/** A JSON document given as an object (in templates) or as text. */
export const jsonDocument = v.pipe(
  v.union([v.string(), v.record(v.string(), v.unknown()), v.array(v.unknown())]),
  v.transform((value) => (typeof value === "string" ? value : JSON.stringify(value))),
);

/** A text that is a JSON object; a list would be a record too, to the schema library. */
export const jsonObject = v.pipe(
  v.string(),
  v.parseJson(),
  v.check((given) => !Array.isArray(given)),
  v.record(v.string(), v.unknown()),
);

/** A resource's properties, checked as the resource handler on AWS does it: a wrong one fails the resource. */
export function parseProperties<const S extends v.GenericSchema>(
  schema: S,
  properties: Properties,
  context: Pick<ResourceContext, "logicalId">,
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, properties);
  if (parsed.success) return parsed.output;
  // A template may write a number or a boolean where a text belongs.
  const again = v.safeParse(schema, withReplaced(properties, parsed.issues, asText));
  if (again.success) return again.output;
  const issue = parsed.issues[0];
  throw new AwsError("ValidationException", `${context.logicalId}: ${v.getDotPath(issue) ?? ""}: ${issue.message}`);
}

function asText({ type, input }: v.BaseIssue<unknown>): { readonly value: string } | undefined {
  const isScalar = typeof input === "number" || typeof input === "boolean";
  return type === "string" && isScalar ? { value: String(input) } : undefined;
}

/** The resource's own tags over those of its stack. */
export function tagsOf(
  tags: v.InferOutput<typeof tagList> | undefined,
  context: Pick<ResourceContext, "stackTags">,
): Record<string, string> {
  return { ...context.stackTags, ...Object.fromEntries((tags ?? []).map((tag) => [tag.Key, tag.Value])) };
}

/** A list as services answer it that leave an empty one out. */
export function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
