import { conditionOf } from "./pattern-condition.ts";
import { invalidPattern, isObject, type Json } from "./pattern-fault.ts";

/** A pattern that was checked. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
export interface Pattern {
  matches(event: Json): boolean;
}

type Matcher = (event: unknown) => boolean;

/** What EventBridge takes: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const longest = 4096;
/** Names that `$or` cannot be about: it is then a field of that name, as it was before it became an operator. */
const operators = new Set([
  ...["exactly", "prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case", "wildcard"],
]);

/** Throws `InvalidEventPatternException` for what EventBridge would not take, in its words. */
export function parsePattern(text: string): Pattern {
  if (text.length > longest) {
    throw invalidPattern(`it has ${text.length} characters, and ${longest} are allowed`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalidPattern(error instanceof Error ? error.message : String(error));
  }
  if (!isObject(parsed)) throw invalidPattern("Filter is not an object");
  const matches = objectMatcher(parsed);
  return { matches: (event) => matches(undotted(event)) };
}

function objectMatcher(pattern: Json): Matcher {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalidPattern("Empty objects are not allowed");
  const matchers = entries.map(([key, rule]) =>
    key === "$or" && isAlternatives(rule) ? alternatives(rule) : pathMatcher(key.split("."), rule),
  );
  return (event) => matchers.every((matches) => matches(event));
}

function isAlternatives(rule: unknown): rule is readonly Json[] {
  return (
    Array.isArray(rule) &&
    rule.length >= 2 &&
    rule.every(
      (one) => isObject(one) && Object.keys(one).length > 0 && Object.keys(one).every((key) => !operators.has(key)),
    )
  );
}

function alternatives(patterns: readonly Json[]): Matcher {
  const matchers = patterns.map(objectMatcher);
  return (event) => matchers.some((matches) => matches(event));
}

/** `"detail.state"` is the field `state` in `detail`. */
function pathMatcher([key = "", ...rest]: readonly string[], rule: unknown): Matcher {
  const inner = rest.length > 0 ? pathMatcher(rest, rule) : undefined;
  if (inner !== undefined) return (event) => branches(fieldOf(event, key)).some(inner);
  if (isObject(rule)) {
    const matches = objectMatcher(rule);
    return (event) => branches(fieldOf(event, key)).some(matches);
  }
  if (!Array.isArray(rule)) throw invalidPattern(`"${key}" must be an object or an array`);
  if (rule.length === 0) throw invalidPattern("Empty arrays are not allowed");
  const conditions = rule.map(conditionOf);
  return (event) => leaves(fieldOf(event, key)).some((value) => conditions.some((condition) => condition(value)));
}

function fieldOf(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

/** What a deeper condition is about: an object, or each of an array however deep; nothing where there is none. */
function branches(value: unknown): readonly unknown[] {
  const objects = [value].flat(Number.POSITIVE_INFINITY).filter(isObject);
  return objects.length === 0 ? [undefined] : objects;
}

/** What a condition is about: a value, or each of an array however deep. An object or an empty array is no value. */
function leaves(value: unknown): readonly unknown[] {
  const values = [value].flat(Number.POSITIVE_INFINITY).filter((one) => one !== undefined && !isObject(one));
  return values.length === 0 ? [undefined] : values;
}

/** An event whose names have dots is the same as one that nests. */
function undotted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(undotted);
  if (!isObject(value)) return value;
  return Object.entries(value).reduce<Json>(
    (made, [key, inner]) => withPath(made, key.split("."), undotted(inner)),
    {},
  );
}

function withPath(object: Json, [key = "", ...rest]: readonly string[], value: unknown): Json {
  const known = object[key];
  if (rest.length > 0) {
    const nested = withPath(isObject(known) ? known : {}, rest, value);
    return { ...object, [key]: known === undefined || isObject(known) ? nested : [known, nested] };
  }
  if (known === undefined) return { ...object, [key]: value };
  return { ...object, [key]: isObject(known) && isObject(value) ? { ...known, ...value } : [known, value] };
}
