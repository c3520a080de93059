import type { ResourceProvider } from "#endpoint/core/service.ts";
import { equal, type JsonObject } from "../template/json.ts";
import type { StackResource, Target } from "./stack.ts";

/** How a resource gets from what it is to what it should be. */
export type Plan =
  | { readonly kind: "keep" }
  | { readonly kind: "update"; readonly changed: readonly string[] }
  | { readonly kind: "replace"; readonly changed: readonly string[] };

export function planChange(
  before: StackResource,
  properties: JsonObject,
  provider: ResourceProvider,
  tagsChanged: boolean,
): Plan {
  const changed = changedProperties(before.properties, properties);
  if (changed.some((name) => provider.replaceOn.includes(name))) return { kind: "replace", changed };
  const retag = tagsChanged && provider.inert !== true;
  // After a failed update nobody knows which of its properties took effect.
  const unsure = before.status === "UPDATE_FAILED";
  return changed.length > 0 || retag || unsure ? { kind: "update", changed } : { kind: "keep" };
}

export function changedProperties(before: JsonObject, after: JsonObject): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !equal(before[name], after[name]));
}

/** True when an update would change neither resources nor outputs nor tags: AWS refuses it. */
export function sameTarget(left: Target, right: Target): boolean {
  const essence = ({ template, parameters, tags }: Target) => ({
    resources: template.Resources,
    outputs: template.Outputs,
    conditions: template.Conditions,
    mappings: template.Mappings,
    parameters,
    tags,
  });
  return equal(essence(left), essence(right));
}
