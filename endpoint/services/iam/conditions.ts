import type { ConditionKeys } from "#endpoint/core/ports.ts";
import { matchesWildcard } from "#endpoint/core/wildcard.ts";
import { matchesArn } from "./arn.ts";
import type { Statement } from "./policy-document.ts";

type Compare = (pattern: string, value: string) => boolean;

const comparisons: Readonly<Record<string, Compare>> = {
  StringEquals: (pattern, value) => pattern === value,
  StringEqualsIgnoreCase: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(),
  StringLike: (pattern, value) => matchesWildcard(pattern, value),
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(),
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
};

/**
 * Every operator and key must hold. A key that is not known here does not hold (AWS knows keys this endpoint does not,
 * so guessing "absent" would allow too much), except with `IfExists`, `ForAllValues` and `Null`. Neither does an
 * operator that is not in the tables above.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 */
export function conditionsHold(condition: Statement["Condition"], keys: ConditionKeys): boolean {
  const known = new Map(Object.entries(keys).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.entries(condition ?? {}).every(([operator, tests]) =>
    Object.entries(tests).every(([key, patterns]) => holds(operator, valuesOf(known.get(key.toLowerCase())), patterns)),
  );
}

function valuesOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === "string" ? [value] : value;
}

function holds(operator: string, values: readonly string[] | undefined, patterns: readonly string[]): boolean {
  const [, set, name = "", ifExists] = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  if (name === "Null") return patterns.includes(String(values === undefined));
  if (values === undefined) return ifExists !== undefined || set === "ForAllValues";
  const negated = negations[name];
  const compare = comparisons[negated ?? name];
  if (!compare) return false;
  const matches = (value: string) => patterns.some((pattern) => compare(pattern, value)) === (negated === undefined);
  return set === "ForAllValues" || (negated && set === undefined) ? values.every(matches) : values.some(matches);
}
