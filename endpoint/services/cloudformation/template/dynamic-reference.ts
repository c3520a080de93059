import type { ParameterReader, SecretReader } from "#endpoint/core/ports.ts";
import { refused } from "./errors.ts";
import { isList, isObject, type Json } from "./json.ts";

export interface DynamicSources {
  readonly parameters: ParameterReader;
  readonly secrets: SecretReader;
}

const REFERENCE = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}/g;

/**
 * Replaces the dynamic references in the strings of a resolved value.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
export function fillDynamicReferences(value: Json, sources: DynamicSources): Json {
  if (typeof value === "string") {
    return value.replaceAll(REFERENCE, (_, service: string, path: string) =>
      service === "secretsmanager" ? readSecret(path, sources.secrets) : readParameter(path, sources.parameters),
    );
  }
  if (isList(value)) return value.map((item) => fillDynamicReferences(item, sources));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillDynamicReferences(item, sources)]));
}

function readParameter(path: string, parameters: ParameterReader): string {
  const [name = "", version] = path.split(":");
  return parameters.read(version === undefined ? name : `${name}:${version}`);
}

const SECRET_PATH = /^(arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:[^:]+|[^:]+)(?::(.*))?$/;

/** `secret-id:SecretString:json-key:version-stage:version-id`, all but the id optional. */
function readSecret(path: string, secrets: SecretReader): string {
  const [, id = path, rest = ""] = SECRET_PATH.exec(path) ?? [];
  const [, key = "", stage = "", version = ""] = rest.split(":");
  const text = secrets.read(id, {
    ...(stage === "" ? {} : { stage }),
    ...(version === "" ? {} : { id: version }),
  });
  return key === "" ? text : memberOf(text, key, id);
}

function memberOf(secret: string, key: string, id: string): string {
  const member = parsed(secret)?.[key];
  if (member === undefined || typeof member === "object") {
    throw refused(`Could not find a value associated with JSONKey in SecretString: key ${key} of secret ${id}`);
  }
  return String(member);
}

function parsed(secret: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(secret);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    // The parser's message would quote the secret.
    return undefined;
  }
}
