import { isList, isObject, type Json } from "./json.ts";

/** What a value points at: a name (a parameter, a pseudo parameter or a resource) or an attribute of a resource. */
export type Reference =
  | { readonly kind: "ref"; readonly name: string }
  | { readonly kind: "attribute"; readonly name: string; readonly attribute: Json | undefined }
  | { readonly kind: "condition"; readonly name: string };

/** Which branch of an `Fn::If` counts; without it both do. */
export type Chooser = (condition: string) => boolean;

const PLACEHOLDER = /\$\{([^!{}][^{}]*)\}/g;

/** The `${…}` of an `Fn::Sub` text, trimmed; `${!literal}` is none. */
export function placeholders(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? "").trim());
}

/** Every reference in a value, with those inside `Fn::Sub`. */
export function referencesOf(value: Json, choose?: Chooser): Reference[] {
  if (isList(value)) return value.flatMap((item) => referencesOf(item, choose));
  if (!isObject(value)) return [];
  const [name, ...others] = Object.keys(value);
  if (name !== undefined && others.length === 0) {
    const found = ofFunction(name, value[name] ?? null, choose);
    if (found !== undefined) return found;
  }
  return Object.values(value).flatMap((item) => referencesOf(item, choose));
}

function ofFunction(name: string, argument: Json, choose: Chooser | undefined): Reference[] | undefined {
  switch (name) {
    case "Ref":
      return typeof argument === "string" ? [{ kind: "ref", name: argument }] : undefined;
    case "Condition":
      return typeof argument === "string" ? [{ kind: "condition", name: argument }] : undefined;
    case "Fn::GetAtt":
      return ofGetAtt(argument);
    case "Fn::Sub":
      return ofSub(argument, choose);
    case "Fn::If":
      return ofIf(argument, choose);
    default:
      return undefined;
  }
}

/** Logical id and attribute of a `Fn::GetAtt` argument, in list or dotted form. */
export function attributeOf(argument: Json): { readonly name: string; readonly attribute: Json } | undefined {
  if (typeof argument === "string") {
    const dot = argument.indexOf(".");
    return dot < 0 ? undefined : { name: argument.slice(0, dot), attribute: argument.slice(dot + 1) };
  }
  if (!isList(argument)) return undefined;
  const [name, ...rest] = argument;
  if (typeof name !== "string" || rest.length === 0) return undefined;
  const attribute = rest.length === 1 ? rest[0] : rest.join(".");
  return attribute === undefined ? undefined : { name, attribute };
}

function ofGetAtt(argument: Json): Reference[] {
  const target = attributeOf(argument);
  if (target === undefined) return [];
  return [{ kind: "attribute", ...target }, ...referencesOf(target.attribute)];
}

function ofSub(argument: Json, choose: Chooser | undefined): Reference[] {
  const [text, variables] = isList(argument) ? argument : [argument, {}];
  if (typeof text !== "string") return [];
  const own = isObject(variables) ? variables : {};
  const named = placeholders(text)
    .filter((name) => own[name] === undefined)
    .map((name): Reference => {
      const target = attributeOf(name);
      return target === undefined ? { kind: "ref", name } : { kind: "attribute", ...target };
    });
  return [...named, ...referencesOf(own, choose)];
}

function ofIf(argument: Json, choose: Chooser | undefined): Reference[] | undefined {
  if (!isList(argument)) return undefined;
  const [condition, whenTrue = null, whenFalse = null] = argument;
  if (typeof condition !== "string") return undefined;
  const branches = choose === undefined ? [whenTrue, whenFalse] : [choose(condition) ? whenTrue : whenFalse];
  return [{ kind: "condition", name: condition }, ...branches.flatMap((branch) => referencesOf(branch, choose))];
}
