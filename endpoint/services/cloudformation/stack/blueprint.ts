import type { Place } from "#endpoint/core/ports.ts";
import { conditionEvaluator } from "../template/conditions.ts";
import { dependencyGraph, type Graph } from "../template/dependencies.ts";
import type { Template } from "../template/document.ts";
import { refused } from "../template/errors.ts";
import { isList, isObject, type Json } from "../template/json.ts";
import { referenceValue } from "../template/parameters.ts";
import { referencesOf } from "../template/references.ts";
import { resolve } from "../template/resolve.ts";
import type { Scope } from "../template/scope.ts";
import type { Stack, Target } from "./stack.ts";
import type { Export } from "./stacks.ts";

/** What `Ref` and `Fn::GetAtt` of the stack's resources yield. */
export type ResourceReader = Pick<Scope, "physicalId" | "attribute">;

/** A target with its conditions decided and its order known. */
export interface Blueprint {
  readonly target: Target;
  readonly graph: Graph;
  /** The names of the exports it imports. @throws AwsError `ValidationError` for one that is not there. */
  readImports(): ReadonlySet<string>;
  isActive(condition: string | undefined): boolean;
  condition(name: string): boolean;
  /** Looks up what needs no resource to be known. @throws AwsError `ValidationError` for a mapping that is not there. */
  checkMappings(): void;
  scope(resources: ResourceReader): Scope;
}

export interface Surroundings {
  readonly place: Place;
  exportNamed(name: string): Export | undefined;
}

/** @throws AwsError `ValidationError` for a cycle or an invalid condition. */
export function draw(target: Target, stack: Pick<Stack, "id" | "name" | "options">, around: Surroundings): Blueprint {
  const { template } = target;
  const base = {
    parameters: parameterValues(target, stack, around.place),
    mappings: template.Mappings,
    zones: zonesOf(around.place),
  };
  const importValue = (name: string) => {
    const found = around.exportNamed(name);
    if (found === undefined) throw refused(`No export named ${name} found.`);
    return found.value;
  };
  const withoutResources: Scope = {
    ...base,
    condition: (name) => condition(name),
    physicalId: (name) => {
      throw refused(`Template error: ${name} cannot be referenced here`);
    },
    attribute: (name) => {
      throw refused(`Template error: ${name} cannot be referenced here`);
    },
    importValue,
  };
  const condition = conditionEvaluator(template.Conditions, (definition) => resolve(definition, withoutResources));
  const isActive = (name: string | undefined) => name === undefined || condition(name);
  return {
    target,
    graph: dependencyGraph(template, condition),
    readImports: () => importsOf(template, isActive, withoutResources),
    isActive,
    condition,
    checkMappings: () => {
      for (const value of activeValues(template, isActive)) {
        visitCalls(value, withoutResources, "Fn::FindInMap", (call) => {
          if (referencesOf(call).every(({ kind, name }) => kind === "ref" && base.parameters.has(name))) {
            resolve(call, withoutResources);
          }
        });
      }
    },
    scope: (resources) => ({ ...base, condition, importValue, ...resources }),
  };
}

/** The three zones every region is given here. */
export function zonesOf(place: Pick<Place, "region">): readonly string[] {
  return ["a", "b", "c"].map((letter) => `${place.region}${letter}`);
}

function parameterValues(
  target: Target,
  stack: Pick<Stack, "id" | "name" | "options">,
  place: Place,
): ReadonlyMap<string, Json> {
  const pseudo: [string, Json][] = [
    ["AWS::AccountId", place.account],
    ["AWS::NotificationARNs", stack.options.notificationArns],
    ["AWS::Partition", "aws"],
    ["AWS::Region", place.region],
    ["AWS::StackId", stack.id],
    ["AWS::StackName", stack.name],
    ["AWS::URLSuffix", "amazonaws.com"],
  ];
  const declared = target.parameters.flatMap((parameter): [string, Json][] => {
    const declaration = target.template.Parameters[parameter.key];
    return declaration === undefined ? [] : [[parameter.key, referenceValue(declaration, parameter)]];
  });
  return new Map([...pseudo, ...declared]);
}

/** Resolving each import at the start fails the operation before anything was touched. */
function importsOf(template: Template, isActive: (name: string | undefined) => boolean, scope: Scope): Set<string> {
  const names = new Set<string>();
  const recording: Scope = {
    ...scope,
    importValue: (name) => {
      names.add(name);
      return scope.importValue(name);
    },
  };
  for (const value of activeValues(template, isActive)) {
    visitCalls(value, scope, "Fn::ImportValue", (call) => resolve(call, recording));
  }
  return names;
}

function activeValues(template: Template, isActive: (name: string | undefined) => boolean): readonly Json[] {
  return [
    ...Object.values(template.Resources).flatMap((item) => (isActive(item.Condition) ? [item.Properties] : [])),
    ...Object.values(template.Outputs).flatMap((item) => (isActive(item.Condition) ? [item.Value] : [])),
  ];
}

/** Every call of a function in a value, but for branches that are not taken. */
function visitCalls(value: Json, scope: Scope, name: string, found: (call: Json) => void): void {
  if (isList(value)) {
    for (const item of value) visitCalls(item, scope, name, found);
  } else if (isObject(value)) {
    if (name in value) found(value);
    else for (const item of Object.values(takenBranch(value, scope))) visitCalls(item, scope, name, found);
  }
}

function takenBranch(value: Readonly<Record<string, Json>>, scope: Scope): Readonly<Record<string, Json>> {
  const choice = value["Fn::If"];
  if (!isList(choice)) return value;
  const [name, whenTrue = null, whenFalse = null] = choice;
  return typeof name === "string" ? { taken: scope.condition(name) ? whenTrue : whenFalse } : value;
}
