import { fillDynamicReferences } from "../template/dynamic-reference.ts";
import { templateError } from "../template/errors.ts";
import { isList, isObject, type Json } from "../template/json.ts";
import { resolve } from "../template/resolve.ts";
import type { Blueprint } from "./blueprint.ts";
import type { StackEngine } from "./deployment.ts";
import { resourceReader } from "./properties.ts";
import type { Stack, StackOutput } from "./stack.ts";

/** @throws AwsError when a value is not text, or refers to what is not there. */
export function resolveOutputs(blueprint: Blueprint, engine: StackEngine, stack: Stack): StackOutput[] {
  const scope = blueprint.scope(resourceReader(stack));
  return Object.entries(blueprint.target.template.Outputs)
    .filter(([, output]) => blueprint.isActive(output.Condition))
    .map(([key, output]) => {
      const value = fillDynamicReferences(resolve(output.Value, scope) ?? "", engine.dynamic);
      const name = output.Export === undefined ? undefined : text(key, resolve(output.Export.Name, scope));
      return {
        key,
        value: text(key, value),
        ...(output.Description === undefined ? {} : { description: output.Description }),
        ...(name === undefined ? {} : { exportName: name }),
      };
    });
}

function text(key: string, value: Json | undefined): string {
  if (isList(value)) return value.map((item) => text(key, item)).join(",");
  if (value === undefined || value === null || isObject(value)) {
    throw templateError(`The Value field of every Outputs member must evaluate to a String: ${key}`);
  }
  return String(value);
}
