import { BlockList, isIPv4, isIPv6 } from "node:net";
import { AwsError } from "#endpoint/core/errors.ts";
import { compileWildcard } from "#endpoint/core/wildcard.ts";

type Json = Readonly<Record<string, unknown>>;

/** A pattern that was checked. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
export interface Pattern {
  matches(event: Json): boolean;
}

/** A condition on one value of an event; an absent value is `undefined`. */
type Test = (value: unknown) => boolean;
type Matcher = (event: unknown) => boolean;

/** What EventBridge takes: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const longest = 4096;

/** Throws `InvalidEventPatternException` for what EventBridge would not take. */
export function parsePattern(text: string): Pattern {
  if (text.length > longest) throw invalid(`it has ${text.length} characters, and ${longest} are allowed`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  return { matches: objectMatcher(parsed, "the pattern") };
}

function objectMatcher(pattern: unknown, at: string): Matcher {
  if (!isObject(pattern) || Object.keys(pattern).length === 0)
    throw invalid(`${at} must be an object that is not empty`);
  const matchers = Object.entries(pattern).map(([key, value]) =>
    key === "$or" && Array.isArray(value) ? alternatives(value) : fieldMatcher(key, value),
  );
  return (event) => matchers.every((matches) => matches(event));
}

function alternatives(patterns: readonly unknown[]): Matcher {
  if (patterns.length < 2) throw invalid('"$or" must be an array of at least two patterns');
  const matchers = patterns.map((pattern) => objectMatcher(pattern, '"$or"'));
  return (event) => matchers.some((matches) => matches(event));
}

/** A field that holds an array matches when one of its elements does. */
function fieldMatcher(key: string, rule: unknown): Matcher {
  const valueIn = (event: unknown) => (isObject(event) ? event[key] : undefined);
  if (!Array.isArray(rule)) {
    if (!isObject(rule)) throw invalid(`"${key}" must be an object or an array`);
    const inner = objectMatcher(rule, `"${key}"`);
    return (event) => elementsOf(valueIn(event)).some(inner);
  }
  if (rule.length === 0) throw invalid(`"${key}": empty arrays are not allowed`);
  const tests = rule.map((condition) => conditionTest(condition, key));
  return (event) => elementsOf(valueIn(event)).some((value) => tests.some((test) => test(value)));
}

/** An object is not a value itself: conditions are about leaves. */
function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) && value.length > 0 ? value : [value];
}

function conditionTest(condition: unknown, key: string): Test {
  if (!isObject(condition)) return (value) => value === condition;
  const entries = Object.entries(condition);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) throw invalid(`"${key}": only one operator is allowed per condition`);
  const [operator, operand] = entry;
  switch (operator) {
    case "exists":
      if (typeof operand !== "boolean") throw invalid(`"${key}": "exists" must be true or false`);
      return (value) => (value !== undefined && !isObject(value)) === operand;
    case "numeric":
      return numericTest(operand, key);
    case "cidr":
      return cidrTest(operand, key);
    case "anything-but":
      return anythingBut(operand, key);
    default:
      return textTest(operator, operand, key);
  }
}

/** The operators on text, which `anything-but` takes too. */
function textTest(operator: string, operand: unknown, key: string): Test {
  if (operator === "equals-ignore-case") {
    const wanted = textOperand(operator, operand, key).toLowerCase();
    return onText((text) => text.toLowerCase() === wanted);
  }
  if (operator === "wildcard") {
    return onText(wildcard(textOperand(operator, operand, key), key));
  }
  if (operator !== "prefix" && operator !== "suffix") throw invalid(`"${key}": unrecognized match type ${operator}`);
  const ignoringCase = isObject(operand);
  const given = textOperand(operator, ignoringCase ? operand["equals-ignore-case"] : operand, key);
  const fold = (text: string) => (ignoringCase ? text.toLowerCase() : text);
  const wanted = fold(given);
  return onText((text) => (operator === "prefix" ? fold(text).startsWith(wanted) : fold(text).endsWith(wanted)));
}

function anythingBut(operand: unknown, key: string): Test {
  const excluded = isObject(operand)
    ? Object.entries(operand).flatMap(([operator, operands]) =>
        elementsOf(operands).map((one) => textTest(operator, one, key)),
      )
    : elementsOf(operand).map(
        (one): Test =>
          (value) =>
            value === one,
      );
  if (excluded.length === 0) throw invalid(`"${key}": "anything-but" must name what it excludes`);
  return (value) => value !== undefined && !isObject(value) && !excluded.some((test) => test(value));
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function numericTest(operand: unknown, key: string): Test {
  const parts = Array.isArray(operand) ? operand : [];
  if (parts.length !== 2 && parts.length !== 4) throw invalid(`"${key}": "numeric" takes one comparison or two`);
  const tests = [parts.slice(0, 2), parts.slice(2)].filter((part) => part.length === 2);
  const comparisons = tests.map(([operator, limit]) => {
    const compare = COMPARISONS[String(operator)];
    if (compare === undefined || typeof limit !== "number") {
      throw invalid(`"${key}": "numeric" takes =, <, <=, > or >= and a number`);
    }
    return (value: number) => compare(value, limit);
  });
  return (value) => typeof value === "number" && comparisons.every((compare) => compare(value));
}

function cidrTest(operand: unknown, key: string): Test {
  const [address = "", bits = ""] = textOperand("cidr", operand, key).split("/");
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
  if (family === undefined || !/^\d+$/.test(bits)) throw invalid(`"${key}": "cidr" must be an address range`);
  const range = new BlockList();
  range.addSubnet(address, Number(bits), family);
  return onText((text) => (family === "ipv4" ? isIPv4(text) : isIPv6(text)) && range.check(text, family));
}

function wildcard(pattern: string, key: string): (text: string) => boolean {
  // What is escaped is not a wildcard; an `e` keeps what stood on its two sides apart.
  const unescaped = pattern.replace(/\\[\\*]/g, "e");
  if (unescaped.includes("**")) throw invalid(`"${key}": consecutive wildcard characters are not allowed`);
  if (unescaped.includes("\\")) throw invalid(`"${key}": a backslash escapes only * or another backslash`);
  return compileWildcard(pattern, { questionMark: "itself", backslash: "escapes" });
}

function onText(test: (text: string) => boolean): Test {
  return (value) => typeof value === "string" && test(value);
}

function textOperand(operator: string, operand: unknown, key: string): string {
  if (typeof operand === "string") return operand;
  throw invalid(`"${key}": "${operator}" must be a string`);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(reason: string): AwsError {
  return new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);
}
