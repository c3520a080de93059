import * as v from "valibot";
import { isJson, isObject, type Json, type JsonObject } from "./json.ts";

const JsonSchema = v.custom<Json>(isJson);
const JsonObjectSchema = v.custom<JsonObject>((value) => isObject(value) && isJson(value));

type Mappings = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
const MappingsSchema = v.custom<Mappings>(
  (value) =>
    isObject(value) && Object.values(value).every((map) => isObject(map) && Object.values(map).every(isObject)),
  "must be maps of maps of values",
);

const ScalarText = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));
const Bound = v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.finite());
const Flag = v.pipe(
  v.union([v.boolean(), v.picklist(["true", "false"])]),
  v.transform((flag) => flag === true || flag === "true"),
);
const Policy = v.picklist(["Delete", "Retain", "Snapshot", "RetainExceptOnCreate"]);

const ParameterSchema = v.object({
  Type: v.string(),
  Default: v.optional(ScalarText),
  AllowedValues: v.optional(v.array(ScalarText)),
  AllowedPattern: v.optional(v.string()),
  ConstraintDescription: v.optional(v.string()),
  Description: v.optional(v.string()),
  MinLength: v.optional(Bound),
  MaxLength: v.optional(Bound),
  MinValue: v.optional(Bound),
  MaxValue: v.optional(Bound),
  NoEcho: v.optional(Flag),
});

const ResourceSchema = v.object({
  Type: v.string(),
  Properties: v.optional(JsonObjectSchema, {}),
  DependsOn: v.optional(
    v.pipe(
      v.union([v.string(), v.array(v.string())]),
      v.transform((ids) => (typeof ids === "string" ? [ids] : ids)),
    ),
    [],
  ),
  Condition: v.optional(v.string()),
  DeletionPolicy: v.optional(Policy),
  UpdateReplacePolicy: v.optional(Policy),
  Metadata: v.optional(JsonSchema),
});

const OutputSchema = v.object({
  Value: JsonSchema,
  Description: v.optional(v.string()),
  Export: v.optional(v.object({ Name: JsonSchema })),
  Condition: v.optional(v.string()),
});

export const TemplateSchema = v.object({
  Description: v.optional(v.string()),
  Parameters: v.optional(v.record(v.string(), ParameterSchema), {}),
  Mappings: v.optional(MappingsSchema, {}),
  Conditions: v.optional(JsonObjectSchema, {}),
  Resources: v.record(v.string(), ResourceSchema),
  Outputs: v.optional(v.record(v.string(), OutputSchema), {}),
  Metadata: v.optional(JsonSchema),
  Transform: v.optional(v.union([v.string(), v.array(v.string())]), []),
});

export type Template = v.InferOutput<typeof TemplateSchema>;
export type ParameterDeclaration = v.InferOutput<typeof ParameterSchema>;
export type ResourceDeclaration = v.InferOutput<typeof ResourceSchema>;
export type Policy = v.InferOutput<typeof Policy>;
