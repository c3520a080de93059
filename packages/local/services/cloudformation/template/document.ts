import * as v from "valibot";
import { parseDocument } from "yaml";
import { notEmulated } from "#local/endpoint/errors.ts";
import { describeFailure, formatError } from "./errors.ts";
import { isJson, isObject, type Json, type JsonObject } from "./json.ts";
import { checkLimits } from "./limits.ts";
import { shortTags } from "./short-tags.ts";

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

const TemplateSchema = v.object({
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

/** Language extensions add functions that are always on here; the other transforms run code at AWS. */
const SUPPORTED_TRANSFORMS: readonly string[] = ["AWS::LanguageExtensions"];

/**
 * Reads a template in JSON or YAML, short or long form of the functions.
 * @throws AwsError `ValidationError` in CloudFormation's words when it is not a template.
 */
export function parseTemplate(body: string): Template {
  const document = decode(body);
  const resources = document.Resources;
  if (!isObject(resources) || Object.keys(resources).length === 0) {
    throw formatError("At least one Resources member must be defined.");
  }
  const parsed = v.safeParse(TemplateSchema, document);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw formatError(`[${(v.getDotPath(issue) ?? "").replaceAll(".", "/")}] ${issue.message}`);
  }
  const template = parsed.output;
  const transforms = typeof template.Transform === "string" ? [template.Transform] : template.Transform;
  const unknown = transforms.find((name) => !SUPPORTED_TRANSFORMS.includes(name));
  if (unknown !== undefined) throw notEmulated(`The template transform ${unknown}`);
  checkLimits(template);
  return template;
}

function decode(body: string): JsonObject {
  const document = body.trimStart().startsWith("{") ? decodeJson(body) : decodeYaml(body);
  if (!isJson(document) || !isObject(document)) throw formatError("unsupported structure.");
  return document;
}

function decodeJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw formatError(`JSON not well-formed. (${describeFailure(error)})`);
  }
}

function decodeYaml(body: string): unknown {
  // `core` keeps an unquoted date such as 2012-10-17 a string, as CloudFormation does.
  const document = parseDocument(body, { schema: "core", customTags: shortTags });
  const error = document.errors[0];
  if (error !== undefined) {
    const at = error.linePos?.[0];
    throw formatError(`YAML not well-formed. (line ${at?.line ?? 1}, column ${at?.col ?? 1})`);
  }
  return document.toJS();
}
