import { isIP } from "node:net";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { isExpression } from "#endpoint/core/expression.ts";
import type { Condition } from "./model.ts";
import { type ConditionInput, invalid } from "./schema.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const valuesPerRule = 5;
const wildcardsPerRule = 6;
const valueLength = 128;

const onceOnly = ["host-header", "path-pattern", "http-request-method", "source-ip"];

/** Checks the conditions of a rule against the limits of a rule. */
export function checkConditions(conditions: readonly ConditionInput[]): void {
  if (conditions.length === 0) throw invalid("A rule must have at least one condition");
  const compiled = conditions.map(conditionOf);
  for (const field of onceOnly) {
    if (compiled.filter((condition) => condition.field === field).length > 1) {
      throw new AwsError("InvalidConfigurationRequest", `A rule can have only one '${field}' condition`);
    }
  }
  const values = compiled.flatMap(valuesOf);
  if (values.length > valuesPerRule) {
    throw invalid(`A rule can only have '${valuesPerRule}' condition values`);
  }
  const long = values.find((value) => value.length > valueLength);
  if (long !== undefined) throw invalid(`Condition value '${long}' can have at most ${valueLength} characters`);
  const wildcards = compiled
    .filter((condition) => !("regex" in condition && condition.regex))
    .flatMap(valuesOf)
    .reduce((count, value) => count + (value.match(/[*?]/g)?.length ?? 0), 0);
  if (wildcards > wildcardsPerRule) throw invalid(`A rule can only have '${wildcardsPerRule}' wildcards`);
}

/** What the balancer tests for a condition, whichever of its two spellings was used. */
export function conditionOf(input: ConditionInput): Condition {
  switch (input.Field) {
    case "host-header":
      return { field: "host-header", ...patternsOf(input, input.HostHeaderConfig) };
    case "path-pattern":
      return { field: "path-pattern", ...patternsOf(input, input.PathPatternConfig) };
    case "http-header": {
      const config = input.HttpHeaderConfig;
      if (config === undefined) throw invalid("A condition on 'http-header' must name the header");
      return { field: "http-header", name: config.HttpHeaderName, ...patternsOf(input, config) };
    }
    case "http-request-method":
      return { field: "http-request-method", values: someOf(input, input.HttpRequestMethodConfig?.Values) };
    case "source-ip": {
      const values = someOf(input, input.SourceIpConfig?.Values);
      for (const block of values) checkBlock(block);
      return { field: "source-ip", values };
    }
    case "query-string": {
      const values = input.QueryStringConfig?.Values ?? [];
      if (values.length === 0) throw invalid("A condition on 'query-string' must have a value");
      return {
        field: "query-string",
        values: values.map(({ Key, Value }) => ({ value: Value, ...(Key === undefined ? {} : { key: Key }) })),
      };
    }
    default:
      throw notEmulated(`A rule condition on the field '${input.Field}'`);
  }
}

interface Patterns {
  readonly Values?: readonly string[] | undefined;
  readonly RegexValues?: readonly string[] | undefined;
}

function patternsOf(input: ConditionInput, config: Patterns | undefined) {
  const expressions = config?.RegexValues ?? input.RegexValues ?? [];
  if (expressions.length > 0) return { values: expressions.map(checkedExpression), regex: true };
  return { values: someOf(input, config?.Values), regex: false };
}

function someOf(input: ConditionInput, configured: readonly string[] | undefined): readonly string[] {
  const values = configured ?? input.Values ?? [];
  if (values.length === 0) throw invalid(`A condition on '${input.Field}' must have a value`);
  return values;
}

function checkedExpression(source: string): string {
  if (isExpression(source)) return source;
  throw invalid(`Condition value '${source}' is not a regular expression`);
}

function checkBlock(block: string): void {
  const [network = "", bits = ""] = block.split("/");
  const family = isIP(network);
  if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
    throw invalid(`The source IP '${block}' must be in CIDR format`);
  }
}

function valuesOf(condition: Condition): readonly string[] {
  if (condition.field !== "query-string") return condition.values;
  return condition.values.map(({ key, value }) => `${key ?? ""}${value}`);
}

/** As `DescribeRules` shows it: hosts, paths both ways they can be written. */
export function shownCondition(input: ConditionInput): ConditionInput {
  const condition = conditionOf(input);
  if (condition.field === "host-header" && !condition.regex) {
    return { Field: input.Field, Values: [...condition.values], HostHeaderConfig: { Values: [...condition.values] } };
  }
  if (condition.field === "path-pattern" && !condition.regex) {
    return { Field: input.Field, Values: [...condition.values], PathPatternConfig: { Values: [...condition.values] } };
  }
  return input;
}
