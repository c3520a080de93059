import { isDeepStrictEqual } from "node:util";
import { tidied } from "./handwriting.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A secret's JSON object: keys that become environment variables. */
export type SecretValue = Readonly<Record<string, Json>>;

const byteOrderMark = "\ufeff";

/** `undefined` for what has no keys: an array, plain text, binary. The text itself is in no error. */
export function parseValue(text: string | undefined): SecretValue | undefined {
  try {
    const parsed: unknown = JSON.parse(withoutMark(text ?? ""));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    // The parser's message quotes what it read.
    return undefined;
  }
}

function isObject(parsed: unknown): parsed is SecretValue {
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
}

/** An editor of Windows puts the mark in front, and ECS reads no JSON behind it. */
function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

export function hasMark(text: string): boolean {
  return text.startsWith(byteOrderMark);
}

/**
 * Whether the object comes out of a reader and a writer of JSON as it went in. A key that is there twice does not, nor
 * does a number such as `1.0` or one of twenty digits.
 */
export function survivesRewriting(text: string): boolean {
  const value = parseValue(text);
  if (value === undefined) return false;
  const compact = withoutMark(text).replace(/"(?:[^"\\]|\\.)*"|\s+/g, (part) =>
    part.startsWith('"') ? JSON.stringify(JSON.parse(part)) : "",
  );
  return compact === JSON.stringify(value);
}

/** What a key holds, where that is text; else empty. */
export function textAt(value: SecretValue, key: string): string {
  const held = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof held === "string" ? held : "";
}

/** Nothing that a person would miss. */
export function isBlank(held: Json | undefined): boolean {
  return held === undefined || held === null || (typeof held === "string" && tidied(held) === "");
}

export function sameValue(a: SecretValue, b: SecretValue): boolean {
  return sameExcept(a, b, []);
}

/** Whether two versions hold the same, of whatever kind they are. */
export function sameText(a: string | undefined, b: string | undefined): boolean {
  const [one, other] = [parseValue(a), parseValue(b)];
  return one !== undefined && other !== undefined ? sameValue(one, other) : a !== undefined && a === b;
}

/** Whether two values agree in every key but these. */
export function sameExcept(a: SecretValue, b: SecretValue, changing: readonly string[]): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => changing.includes(key) || isDeepStrictEqual(a[key], b[key]));
}

/** Keys that still have the placeholder the map seeded. */
export function placeholdersIn(value: SecretValue, placeholders: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(placeholders).flatMap(([key, seeded]) => (isPlaceholder(value[key], seeded) ? [key] : []));
}

/** Another case, white space or scheme makes no value of it, nor does a path behind its host. */
export function isPlaceholder(held: Json | undefined, seeded: string | undefined): boolean {
  if (typeof held !== "string" || seeded === undefined) return false;
  if (held === seeded) return true;
  const [one, other] = [bare(held), bare(seeded)];
  if (other === "" || one === other) return other !== "";
  if (!seeded.includes("://")) return false;
  // No host is called so, whatever its port.
  const isExample = hostOf(other).includes("replace-me") && hostOf(one) === hostOf(other);
  return isExample || (one.startsWith(other) && /^[/?#]/.test(one.slice(other.length)));
}

function hostOf(address: string): string {
  return address.split(/[:/?#]/, 1)[0] ?? "";
}

function bare(text: string): string {
  return tidied(text)
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/(?<!\/)\/+$/, "");
}
