import { isDeepStrictEqual } from "node:util";

/** A value as a template holds it and as a resource provider receives it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJson(value: unknown): value is Json {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return true;
  return typeof value === "object" && Object.values(value).every(isJson);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Order of keys does not count, order of lists does. */
export function equal(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(left, right);
}
