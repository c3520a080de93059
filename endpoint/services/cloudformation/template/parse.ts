import * as v from "valibot";
import { parseDocument } from "yaml";
import { notEmulated } from "#endpoint/core/errors.ts";
import { type Template, TemplateSchema } from "./document.ts";
import { formatError, refused } from "./errors.ts";
import { isJson, isObject, type JsonObject } from "./json.ts";
import { checkLimits } from "./limits.ts";
import { shortTags } from "./short-tags.ts";

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
  checkMembers(document, resources);
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

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html */
const sections = new Set([
  ...["AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions"],
  ...["Transform", "Hooks", "Resources", "Outputs"],
]);
const resourceMembers = new Set([
  ...["Type", "Properties", "DependsOn", "Condition", "Metadata", "CreationPolicy", "UpdatePolicy"],
  ...["DeletionPolicy", "UpdateReplacePolicy", "Version"],
]);

function checkMembers(document: JsonObject, resources: JsonObject): void {
  const unknown = Object.keys(document).filter((name) => !sections.has(name));
  if (unknown.length > 0) throw refused(`Invalid template property or properties [${unknown.join(", ")}]`);
  for (const [id, resource] of Object.entries(resources)) {
    if (!isObject(resource) || typeof resource.Type !== "string") {
      throw formatError(`[/Resources/${id}] Every Resources object must contain a Type member.`);
    }
    const stray = Object.keys(resource).find((name) => !resourceMembers.has(name));
    if (stray !== undefined) throw refused(`Invalid template resource property '${stray}'`);
  }
}

function decode(body: string): JsonObject {
  const document = body.trimStart().startsWith("{") ? decodeJson(body) : decodeYaml(body);
  if (!isJson(document) || !isObject(document)) throw formatError("unsupported structure.");
  return document;
}

function decodeJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // CloudFormation reads JSON as YAML too, which lets a comma trail.
    return decodeYaml(body, "JSON");
  }
}

function decodeYaml(body: string, named = "YAML"): unknown {
  // `core` keeps an unquoted date such as 2012-10-17 a string, as CloudFormation does.
  const document = parseDocument(body, { schema: "core", customTags: shortTags });
  const error = document.errors[0];
  if (error !== undefined) {
    const at = error.linePos?.[0];
    throw formatError(`${named} not well-formed. (line ${at?.line ?? 1}, column ${at?.col ?? 1})`);
  }
  return document.toJS();
}
