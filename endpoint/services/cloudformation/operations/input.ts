import * as v from "valibot";
import { flag } from "#endpoint/core/properties.ts";

/** The query protocol sends an empty list as an empty string. */
export function list<const S extends v.GenericSchema>(item: S) {
  return v.union([
    v.array(item),
    v.pipe(
      v.literal(""),
      v.transform((): v.InferOutput<S>[] => []),
    ),
  ]);
}

export const tags = v.pipe(
  list(v.object({ Key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)), Value: v.optional(v.string(), "") })),
  v.transform((items) => Object.fromEntries(items.map(({ Key, Value }) => [Key, Value]))),
);

/** What CreateStack, UpdateStack and CreateChangeSet have in common. */
export const targetFields = {
  TemplateBody: v.optional(v.string()),
  TemplateURL: v.optional(v.string()),
  UsePreviousTemplate: v.optional(flag, false),
  Parameters: v.optional(
    v.pipe(
      list(
        v.object({
          ParameterKey: v.string(),
          ParameterValue: v.optional(v.string()),
          UsePreviousValue: v.optional(flag, false),
        }),
      ),
      v.transform((items) =>
        items.map((item) => ({
          key: item.ParameterKey,
          value: item.ParameterValue,
          usePrevious: item.UsePreviousValue,
        })),
      ),
    ),
    [],
  ),
  Tags: v.optional(tags),
  Capabilities: v.optional(list(v.string()), []),
  NotificationARNs: v.optional(list(v.string()), []),
  RoleARN: v.optional(v.string()),
} as const;

const TargetRequest = v.object(targetFields);
export type TargetRequest = v.InferOutput<typeof TargetRequest>;

export const stackName = { StackName: v.string() } as const;
export const clientToken = { ClientRequestToken: v.optional(v.string()) } as const;
export const page = { NextToken: v.optional(v.string()) } as const;
