import type { Template } from "./document.ts";
import type { Json } from "./json.ts";

/** What the references of a template stand for at one moment. */
export interface Scope {
  /** Parameters and pseudo parameters. */
  readonly parameters: ReadonlyMap<string, Json>;
  readonly mappings: Template["Mappings"];
  readonly zones: readonly string[];
  condition(name: string): boolean;
  /** The value of `Ref` of a resource. */
  physicalId(logicalId: string): Json;
  attribute(logicalId: string, name: string): Json;
  importValue(exportName: string): Json;
}

/** A scope together with the way to evaluate what is nested in a function's argument. */
export interface Evaluation extends Scope {
  resolve(value: Json): Json | undefined;
}

export type IntrinsicFunction = (argument: Json, evaluation: Evaluation) => Json | undefined;

/** `AWS::NoValue`: the property, or list item, that holds it goes away. */
export const NO_VALUE = undefined;
