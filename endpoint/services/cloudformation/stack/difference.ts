import type { Json, JsonObject } from "../template/json.ts";
import { resolve } from "../template/resolve.ts";
import { type Blueprint, draw, type ResourceReader, type Surroundings } from "./blueprint.ts";
import { providerOf, type StackEngine } from "./deployment.ts";
import { planChange } from "./plan.ts";
import { resourceReader } from "./properties.ts";
import { exists, type Stack, type StackResource, type Target } from "./stack.ts";

/** What executing a change set would do to one resource. */
export type Difference =
  | { readonly kind: "add"; readonly logicalId: string; readonly type: string }
  | { readonly kind: "remove"; readonly resource: StackResource }
  | {
      readonly kind: "modify";
      readonly resource: StackResource;
      readonly replace: boolean;
      readonly changed: readonly string[];
      /** Those of `changed` that bring the replacement about. */
      readonly replacing: readonly string[];
      readonly replacePolicy: StackResource["replacePolicy"];
    };

/** CloudFormation's own mark for a value that only the execution will know. */
const UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}";

/** Predicts an update without touching anything: what depends on a new or replaced resource counts as changed. */
export function difference(stack: Stack, target: Target, engine: StackEngine, around: Surroundings): Difference[] {
  const forecast = new Forecast(stack, draw(target, stack, around), engine);
  const ahead = [...forecast.blueprint.graph.keys()].flatMap((id) => forecast.of(id) ?? []);
  const removed = [...stack.resources.values()]
    .filter((resource) => exists(resource) && !forecast.blueprint.graph.has(resource.logicalId))
    .map((resource): Difference => ({ kind: "remove", resource }));
  return [...ahead, ...removed];
}

class Forecast {
  readonly blueprint: Blueprint;
  readonly #stack: Stack;
  readonly #engine: StackEngine;
  readonly #known = new Map<string, Difference | undefined>();
  readonly #reader: ResourceReader;

  constructor(stack: Stack, blueprint: Blueprint, engine: StackEngine) {
    this.blueprint = blueprint;
    this.#stack = stack;
    this.#engine = engine;
    const now = resourceReader(stack);
    this.#reader = {
      physicalId: (id) => (this.#isNew(id) ? UNKNOWN : now.physicalId(id)),
      attribute: (id, name) => (this.#isNew(id) ? UNKNOWN : now.attribute(id, name)),
    };
  }

  of(logicalId: string): Difference | undefined {
    if (!this.#known.has(logicalId)) this.#known.set(logicalId, this.#foretell(logicalId));
    return this.#known.get(logicalId);
  }

  #foretell(logicalId: string): Difference | undefined {
    const resource = this.#stack.resources.get(logicalId);
    const declaration = this.blueprint.target.template.Resources[logicalId];
    if (declaration === undefined) return undefined;
    if (!exists(resource)) return { kind: "add", logicalId, type: declaration.Type };
    const provider = providerOf(this.#engine, resource.type);
    const properties = this.#properties(declaration.Properties, resource);
    const plan = planChange(resource, properties, provider, false);
    if (plan.kind === "keep") return undefined;
    return {
      kind: "modify",
      resource,
      replace: plan.kind === "replace",
      changed: plan.changed,
      replacing: plan.changed.filter((name) => provider.replaceOn.includes(name)),
      replacePolicy: declaration.UpdateReplacePolicy ?? "Delete",
    };
  }

  /** Property by property: one that cannot be worked out yet is unknown, and so counts as changed. */
  #properties(declared: JsonObject, resource: StackResource): JsonObject {
    const scope = this.blueprint.scope(this.#reader);
    const settled = (name: string, value: Json): Json | undefined => {
      try {
        const resolved = resolve(value, scope);
        // Dynamic references are read again only when the resource changes for another reason.
        return JSON.stringify(resolved)?.includes("{{resolve:") ? resource.properties[name] : resolved;
      } catch {
        return UNKNOWN;
      }
    };
    const entries = Object.entries(declared).flatMap(([name, value]) => {
      const resolved = settled(name, value);
      return resolved === undefined ? [] : [[name, resolved] as const];
    });
    return Object.fromEntries(entries);
  }

  #isNew(logicalId: string): boolean {
    const ahead = this.of(logicalId);
    return ahead?.kind === "add" || (ahead?.kind === "modify" && ahead.replace);
  }
}
