import { fillDynamicReferences } from "../template/dynamic-reference.ts";
import { refused, templateError } from "../template/errors.ts";
import { isJson, isList, isObject, type Json, type JsonObject } from "../template/json.ts";
import { propertyNames } from "../template/property-names.ts";
import { resolve } from "../template/resolve.ts";
import type { Blueprint, ResourceReader } from "./blueprint.ts";
import type { StackEngine } from "./deployment.ts";
import { exists, type Stack } from "./stack.ts";

/** Reads references from the resources as they are now. */
export function resourceReader(stack: Stack): ResourceReader {
  const stateOf = (logicalId: string) => {
    const resource = stack.resources.get(logicalId);
    if (!exists(resource)) throw templateError(`Unresolved resource dependencies [${logicalId}]`);
    return resource;
  };
  return {
    physicalId: (logicalId) => stateOf(logicalId).state.physicalId,
    attribute: (logicalId, name) => {
      const { type, state, properties } = stateOf(logicalId);
      // What the type returns, else a property as the template has it.
      const value = attributeAt(state.attributes, name) ?? attributeAt(properties, name);
      if (value === undefined) {
        throw templateError(`resource ${logicalId} (${type}) does not support attribute type ${name} in Fn::GetAtt`);
      }
      return value;
    },
  };
}

/** The name as it is (`Endpoint.Address`), else a path into nested values. */
function attributeAt(attributes: Readonly<Record<string, unknown>>, name: string): Json | undefined {
  const whole = attributes[name];
  if (isJson(whole)) return whole;
  let value: unknown = attributes;
  for (const key of name.split(".")) value = isObject(value) ? value[key] : undefined;
  return isJson(value) ? value : undefined;
}

/** A resource's properties with all functions and dynamic references evaluated; throws for one its type does not have. */
export function resolveProperties(
  logicalId: string,
  blueprint: Blueprint,
  engine: StackEngine,
  stack: Stack,
): JsonObject {
  const { Type = "", Properties: declared = {} } = blueprint.target.template.Resources[logicalId] ?? {};
  const names = propertyNames(Type);
  const extraneous = Object.keys(declared).filter((name) => names?.has(name) === false);
  if (extraneous.length > 0) {
    const keys = extraneous.map((name) => `#: extraneous key [${name}] is not permitted`).join(", ");
    throw refused(`Properties validation failed for resource ${logicalId} with message:\n[${keys}]`);
  }
  const resolved = resolve(declared, blueprint.scope(resourceReader(stack)));
  const filled = fillDynamicReferences(resolved ?? {}, engine.dynamic);
  if (!isObject(filled) || isList(filled)) throw templateError(`Properties of ${logicalId} must be an object.`);
  return filled;
}
