import { cidrBlocks } from "./cidr.ts";
import { conditionFunctions } from "./conditions.ts";
import { templateError } from "./errors.ts";
import { isList, isObject, type Json } from "./json.ts";
import { attributeOf } from "./references.ts";
import { type Evaluation, type IntrinsicFunction, NO_VALUE } from "./scope.ts";

/** Every intrinsic function by the key that calls it. */
export const functions: ReadonlyMap<string, IntrinsicFunction> = new Map<string, IntrinsicFunction>(
  Object.entries({
    Ref: ref,
    "Fn::GetAtt": getAtt,
    "Fn::Sub": sub,
    "Fn::Join": join,
    "Fn::Split": split,
    "Fn::Select": select,
    "Fn::FindInMap": findInMap,
    "Fn::ImportValue": (argument, scope) => scope.importValue(text("Fn::ImportValue", argument, scope)),
    "Fn::GetAZs": (_, scope) => scope.zones,
    "Fn::Base64": (argument, scope) => Buffer.from(text("Fn::Base64", argument, scope)).toString("base64"),
    "Fn::Cidr": cidr,
    "Fn::Length": (argument, scope) => list("Fn::Length", scope.resolve(argument)).length,
    "Fn::ToJsonString": (argument, scope) => JSON.stringify(scope.resolve(argument)),
    ...conditionFunctions,
  }),
);

function ref(argument: Json, scope: Evaluation): Json | undefined {
  if (typeof argument !== "string") throw templateError("Every Ref object must have a single String value.");
  if (argument === "AWS::NoValue") return NO_VALUE;
  return scope.parameters.get(argument) ?? scope.physicalId(argument);
}

function getAtt(argument: Json, scope: Evaluation): Json {
  const target = attributeOf(argument);
  if (target === undefined) {
    throw templateError(
      "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
    );
  }
  return scope.attribute(target.name, text("Fn::GetAtt", target.attribute, scope));
}

const SUBSTITUTION = /\$\{(!?)([^{}]*)\}/g;

function sub(argument: Json, scope: Evaluation): Json {
  const [template, variables] = isList(argument) ? argument : [argument, {}];
  if (typeof template !== "string" || !isObject(variables)) {
    throw templateError("One or more Fn::Sub intrinsic functions don't specify expected arguments.");
  }
  const own = scope.resolve(variables);
  const named = isObject(own) ? own : {};
  return template.replaceAll(SUBSTITUTION, (_, literal: string, name: string) => {
    if (literal !== "") return `\${${name}}`;
    const key = name.trim();
    const target = attributeOf(key);
    const value =
      named[key] ??
      scope.parameters.get(key) ??
      (target === undefined ? scope.physicalId(key) : scope.attribute(target.name, String(target.attribute)));
    return isList(value) ? value.join(",") : plain("Fn::Sub", value);
  });
}

function join(argument: Json, scope: Evaluation): Json {
  const [delimiter, items] = pair("Fn::Join", argument);
  if (typeof delimiter !== "string") throw templateError("Fn::Join needs a string delimiter.");
  return list("Fn::Join", scope.resolve(items))
    .map((item) => plain("Fn::Join", item))
    .join(delimiter);
}

function split(argument: Json, scope: Evaluation): Json {
  const [delimiter, source] = pair("Fn::Split", argument);
  if (typeof delimiter !== "string" || delimiter === "") throw templateError("Fn::Split needs a non-empty delimiter.");
  return text("Fn::Split", source, scope).split(delimiter);
}

function select(argument: Json, scope: Evaluation): Json {
  const [position, source] = pair("Fn::Select", argument);
  const index = Number(scope.resolve(position));
  const item = list("Fn::Select", scope.resolve(source))[index];
  if (item === undefined) throw templateError(`Fn::Select cannot select nonexistent value at index ${index}`);
  return item;
}

function findInMap(argument: Json, scope: Evaluation): Json {
  const [map, first, second, fallback] = list("Fn::FindInMap", argument);
  const keys = [map, first, second].map((key) => text("Fn::FindInMap", key ?? null, scope));
  const [mapName = "", top = "", inner = ""] = keys;
  const found = scope.mappings[mapName]?.[top]?.[inner];
  if (found !== undefined) return found;
  const value = isObject(fallback) ? scope.resolve(fallback.DefaultValue ?? null) : undefined;
  if (value !== undefined && value !== null) return value;
  throw templateError(`Unable to get mapping for ${keys.join("::")}`);
}

function cidr(argument: Json, scope: Evaluation): Json {
  const [block, count, hostBits] = list("Fn::Cidr", scope.resolve(argument));
  return cidrBlocks(plain("Fn::Cidr", block ?? ""), Number(count), Number(hostBits ?? 8));
}

function list(name: string, value: Json | undefined): readonly Json[] {
  if (isList(value)) return value;
  // A CommaDelimitedList that arrived through an export or an attribute is one string.
  if (typeof value === "string") return value.split(",");
  throw templateError(`${name} object requires a list argument.`);
}

function pair(name: string, value: Json): readonly [Json, Json] {
  const [first, second] = isList(value) ? value : [];
  if (first === undefined || second === undefined) throw templateError(`${name} object requires two parameters.`);
  return [first, second];
}

function text(name: string, value: Json, scope: Evaluation): string {
  return plain(name, scope.resolve(value));
}

function plain(name: string, value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw templateError(`${name} must resolve to a string, not ${JSON.stringify(value) ?? "AWS::NoValue"}.`);
}
