import { BlockList } from "node:net";
import { matchesWildcard } from "#endpoint/core/wildcard.ts";
import type { MessageAttributes } from "./message.ts";

/**
 * SNS's filter policies over message attributes or a JSON body: every key must match, any of its conditions will do.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export function matchesPolicy(policy: unknown, document: unknown): boolean {
  if (!isObject(policy)) return false;
  return Object.entries(policy).every(([key, rule]) => {
    if (key === "$or" && Array.isArray(rule)) return rule.some((alternative) => matchesPolicy(alternative, document));
    const values = valuesAt(document, key);
    return Array.isArray(rule)
      ? rule.some((condition) => matchesCondition(condition, values))
      : values.some((value) => matchesPolicy(rule, value));
  });
}

/** Message attributes as a document a policy can read; binary ones take no part in filtering. */
export function attributesAsDocument(attributes: MessageAttributes): Readonly<Record<string, unknown>> {
  const entries = Object.entries(attributes).flatMap(([name, { type, value }]) => {
    if (type.startsWith("Binary")) return [];
    if (type.startsWith("Number")) return [[name, Number(value)]];
    return [[name, type === "String.Array" ? jsonOr(value) : value]];
  });
  return Object.fromEntries(entries);
}

/** The text as JSON, or the text itself where it is none. */
export function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function valuesAt(document: unknown, key: string): readonly unknown[] {
  const value = isObject(document) ? document[key] : undefined;
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function matchesCondition(condition: unknown, values: readonly unknown[]): boolean {
  if (isObject(condition) && "exists" in condition) return condition.exists === values.length > 0;
  return values.some((value) => matchesValue(condition, value));
}

function matchesValue(condition: unknown, value: unknown): boolean {
  if (!isObject(condition)) return condition === value;
  const [operator, operand] = Object.entries(condition)[0] ?? [];
  if (operator === "anything-but") return !isAnyOf(operand, value);
  if (operator === "numeric") return Array.isArray(operand) && typeof value === "number" && inRange(operand, value);
  return typeof operand === "string" && typeof value === "string" && matchesText(operator, operand, value);
}

function isAnyOf(operand: unknown, value: unknown): boolean {
  return [operand].flat().some((excluded) => matchesValue(excluded, value));
}

function matchesText(operator: string | undefined, operand: string, value: string): boolean {
  switch (operator) {
    case "prefix":
      return value.startsWith(operand);
    case "suffix":
      return value.endsWith(operand);
    case "equals-ignore-case":
      return value.toLowerCase() === operand.toLowerCase();
    case "wildcard":
      return matchesWildcard(operand, value, { questionMark: "itself" });
    case "cidr":
      return inSubnet(operand, value);
    default:
      return false;
  }
}

function inSubnet(cidr: string, address: string): boolean {
  const [network = "", bits = ""] = cidr.split("/");
  const family = network.includes(":") ? "ipv6" : "ipv4";
  const subnet = new BlockList();
  try {
    subnet.addSubnet(network, Number(bits), family);
    return subnet.check(address, family);
  } catch {
    return false;
  }
}

/** `[">", 0, "<=", 150]`: each pair must hold. */
function inRange(range: readonly unknown[], value: number): boolean {
  for (let index = 0; index < range.length; index += 2) {
    const bound = range[index + 1];
    if (typeof bound !== "number" || !compares(String(range[index]), value, bound)) return false;
  }
  return range.length > 0;
}

function compares(operator: string, value: number, bound: number): boolean {
  switch (operator) {
    case "=":
      return value === bound;
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    default:
      return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
