import { BlockList, isIPv4, isIPv6 } from "node:net";
import { compileWildcard } from "#endpoint/core/wildcard.ts";
import { invalidPattern, isObject } from "./pattern-fault.ts";
import { numericTest } from "./pattern-numeric.ts";

/** A condition on one value of an event; an absent value is `undefined`. */
export type Condition = (value: unknown) => boolean;

/** The operators on text, which `anything-but` takes too. */
type TextOperator = "prefix" | "suffix" | "equals-ignore-case" | "wildcard";
const textOperators = new Set<string>(["prefix", "suffix", "equals-ignore-case", "wildcard"]);
const isTextOperator = (name: string): name is TextOperator => textOperators.has(name);

/** Messages are those of the matcher that EventBridge publishes: https://github.com/aws/event-ruler */
export function conditionOf(condition: unknown): Condition {
  if (Array.isArray(condition)) {
    throw invalidPattern("Match value must be String, number, true, false, or null");
  }
  if (!isObject(condition)) return (value) => value === condition;
  const [operator, operand] = onlyEntry(condition);
  if (isTextOperator(operator)) return onText(textTest(operator, operand));
  switch (operator) {
    case "exactly":
      return equalTo(textOperand("exact", operand));
    case "exists":
      if (typeof operand !== "boolean") throw invalidPattern("exists match pattern must be either true or false.");
      return (value) => (value !== undefined) === operand;
    case "numeric":
      return numericTest(operand);
    case "cidr":
      return onText(cidrTest(textOperand("prefix", operand)));
    case "anything-but":
      return anythingBut(operand);
    default:
      throw invalidPattern(`Unrecognized match type ${operator}`);
  }
}

function onlyEntry(object: Readonly<Record<string, unknown>>): readonly [string, unknown] {
  const [entry, ...others] = Object.entries(object);
  if (entry === undefined) throw invalidPattern("Match expression name not found");
  if (others.length > 0) throw invalidPattern("Only one key allowed in match expression");
  return entry;
}

function equalTo(expected: unknown): Condition {
  return (value) => value === expected;
}

function onText(test: (text: string) => boolean): Condition {
  return (value) => typeof value === "string" && test(value);
}

function textOperand(name: string, operand: unknown): string {
  if (typeof operand === "string") return operand;
  throw invalidPattern(`${name} match pattern must be a string`);
}

function textTest(operator: TextOperator, operand: unknown): (text: string) => boolean {
  switch (operator) {
    case "equals-ignore-case": {
      const wanted = textOperand(operator, operand).toLowerCase();
      return (text) => text.toLowerCase() === wanted;
    }
    case "wildcard":
      return wildcard(textOperand(operator, operand));
    case "prefix":
    case "suffix": {
      const fold = isObject(operand) ? (text: string) => text.toLowerCase() : (text: string) => text;
      const wanted = fold(affix(operator, operand));
      return (text) => (operator === "prefix" ? fold(text).startsWith(wanted) : fold(text).endsWith(wanted));
    }
  }
}

function affix(operator: "prefix" | "suffix", operand: unknown): string {
  if (!isObject(operand)) return textOperand(operator, operand);
  const [inner, given] = onlyEntry(operand);
  if (inner !== "equals-ignore-case") throw invalidPattern(`Unsupported ${operator} pattern: ${inner}`);
  return textOperand(inner, given);
}

function anythingBut(operand: unknown): Condition {
  const excluded = isObject(operand) ? excludedTexts(operand) : excludedValues(operand);
  return (value) => value !== undefined && !excluded.some((test) => test(value));
}

function excludedTexts(operand: Readonly<Record<string, unknown>>): readonly Condition[] {
  const [operator, operands] = onlyEntry(operand);
  if (!isTextOperator(operator)) throw invalidPattern(`Unsupported anything-but pattern: ${operator}`);
  if (!Array.isArray(operands) && typeof operands !== "string" && typeof operands !== "number") throw notExcludable();
  return listed(operands).map((one) => {
    if (typeof one !== "string") throw invalidPattern(wrongText(operator));
    if (one === "" && (operator === "prefix" || operator === "suffix")) {
      throw invalidPattern("Null prefix/suffix not allowed");
    }
    return onText(textTest(operator, one));
  });
}

function wrongText(operator: TextOperator): string {
  switch (operator) {
    case "equals-ignore-case":
      return "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.";
    case "wildcard":
      return "wildcard match pattern must be a string";
    case "prefix":
    case "suffix":
      return "prefix/suffix match pattern must be a string";
  }
}

function excludedValues(operand: unknown): readonly Condition[] {
  if (!Array.isArray(operand) && typeof operand !== "string" && typeof operand !== "number") throw notExcludable();
  const all = listed(operand);
  if (all.some((one) => typeof one !== "string" && typeof one !== "number")) {
    throw invalidPattern("Inside anything but list, start|null|boolean is not supported.");
  }
  if (new Set(all.map((one) => typeof one)).size > 1) {
    throw invalidPattern(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    );
  }
  return all.map(equalTo);
}

function listed(operand: unknown): readonly unknown[] {
  const all = Array.isArray(operand) ? operand : [operand];
  if (all.length === 0) throw invalidPattern("Empty arrays are not allowed");
  return all;
}

function notExcludable() {
  return invalidPattern("Value of anything-but must be an array or single string/number value.");
}

function cidrTest(range: string): (text: string) => boolean {
  const [address = "", bits, ...more] = range.split("/");
  if (bits === undefined || more.length > 0) throw invalidPattern("Malformed CIDR, one '/' required");
  if (!/^-?\d+$/.test(bits)) throw invalidPattern("Malformed CIDR, mask bits must be an integer");
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
  if (family === undefined) throw invalidPattern(`Nonstandard IP address: ${address}`);
  if (Number(bits) < 0) throw invalidPattern("Malformed CIDR, mask bits must not be negative");
  const [name, most] = family === "ipv4" ? ["IPv4", 32] : ["IPv6", 128];
  if (Number(bits) > Number(most)) throw invalidPattern(`${name} mask bits must be < ${most}`);
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return (text) => (family === "ipv4" ? isIPv4(text) : isIPv6(text)) && block.check(text, family);
}

/** How many wildcards may be followed by one character before EventBridge calls a rule too complex, as measured. */
const mostAlike = 3;

function wildcard(pattern: string): (text: string) => boolean {
  const followers: string[] = [];
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === "\\") {
      at += 1;
      if (pattern[at] !== "*" && pattern[at] !== "\\") throw invalidPattern(`Invalid escape character at pos ${at}`);
    } else if (pattern[at] === "*") {
      if (pattern[at + 1] === "*") throw invalidPattern(`Consecutive wildcard characters at pos ${at + 1}`);
      followers.push(pattern[at + 1] ?? "");
    }
  }
  if (followers.some((one) => followers.filter((other) => other === one).length > mostAlike)) {
    throw invalidPattern(
      "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character",
    );
  }
  return compileWildcard(pattern, { questionMark: "itself", backslash: "escapes" });
}
