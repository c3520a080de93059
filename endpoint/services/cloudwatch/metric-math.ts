import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { type Expression, parseExpression } from "./expression.ts";

/** Values by the start of their period. */
export type TimeSeries = ReadonlyMap<number, number>;

/** What an expression yields: a scalar, a time series, or several (`METRICS()`). */
type Value = number | TimeSeries | readonly TimeSeries[];

export interface MathScope {
  /** Series by id. */
  readonly series: ReadonlyMap<string, TimeSeries>;
  /** Ids that hold metrics, not expressions, in the order of the request: what `METRICS()` means. */
  readonly metricIds: readonly string[];
  /** Every period of the range: a scalar result is a flat line over them. */
  readonly periods: readonly number[];
}

/**
 * Evaluates metric math over time series: arithmetic, comparisons, IF, FILL, METRICS, ABS, CEIL, FLOOR and the
 * aggregates. Throws `ValidationError` for an unknown id, and `notEmulated` for a function that is not emulated.
 */
export function evaluateExpression(text: string, scope: MathScope): TimeSeries {
  const value = resolve(parseExpression(text), scope);
  if (typeof value === "number") return new Map(scope.periods.map((period) => [period, value]));
  if (value instanceof Map) return value;
  const [only, ...others] = [...value];
  if (Array.isArray(only) || only === undefined || others.length > 0)
    throw new AwsError("ValidationError", `The expression '${text}' must return one time series.`);
  return asSeries(only, text);
}

function resolve(expression: Expression, scope: MathScope): Value {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "name":
      return seriesNamed(expression.name, scope);
    case "list":
      return expression.items.map((item) => asSeries(resolve(item, scope), "a list"));
    case "negative":
      return map(resolve(expression.operand, scope), (value) => -value);
    case "operation":
      return combine(operators[expression.operator], resolve(expression.left, scope), resolve(expression.right, scope));
    case "call":
      return call(expression.name.toUpperCase(), expression.args, scope);
  }
}

function seriesNamed(name: string, scope: MathScope): TimeSeries {
  const series = scope.series.get(name);
  if (series === undefined)
    throw new AwsError(
      "ValidationError",
      `Undefined metric id '${name}'. Known ids: ${[...scope.series.keys()].join(", ")}.`,
    );
  return series;
}

type Operator = (left: number, right: number) => number;

const operators: Readonly<Record<string, Operator>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "^": (left, right) => left ** right,
  "==": (left, right) => Number(left === right),
  "!=": (left, right) => Number(left !== right),
  "<": (left, right) => Number(left < right),
  "<=": (left, right) => Number(left <= right),
  ">": (left, right) => Number(left > right),
  ">=": (left, right) => Number(left >= right),
  AND: (left, right) => Number(left !== 0 && right !== 0),
  "&&": (left, right) => Number(left !== 0 && right !== 0),
  OR: (left, right) => Number(left !== 0 || right !== 0),
  "||": (left, right) => Number(left !== 0 || right !== 0),
};

/** Only periods that both series have yield one; a division by zero yields none. */
function combine(operator: Operator | undefined, left: Value, right: Value): Value {
  if (operator === undefined) throw new Error("the parser lets only known operators through");
  if (isList(left)) return left.map((series) => asSeries(combine(operator, series, right), "an operation"));
  if (isList(right)) return right.map((series) => asSeries(combine(operator, left, series), "an operation"));
  if (typeof left === "number") {
    return typeof right === "number" ? operator(left, right) : finite(right, (value) => operator(left, value));
  }
  if (typeof right === "number") return finite(left, (value) => operator(value, right));
  return finite(left, (value, period) => operator(value, right.get(period) ?? Number.NaN));
}

function call(name: string, args: readonly Expression[], scope: MathScope): Value {
  const [first, second, third] = args;
  if (name === "METRICS") return scope.metricIds.map((id) => seriesNamed(id, scope));
  if (first === undefined) throw new AwsError("ValidationError", `${name} needs an argument.`);
  if (name === "IF") return choose(scope, first, second, third);
  if (name === "FILL") return fill(asSeries(resolve(first, scope), name), second, scope);
  const one = oneValue[name];
  if (one !== undefined) return map(resolve(first, scope), one);
  const aggregate = aggregates[name];
  if (aggregate !== undefined) return aggregated(resolve(first, scope), aggregate);
  throw notEmulated(`Metric math ${name}`);
}

const oneValue: Readonly<Record<string, (value: number) => number>> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
};

const aggregates: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

/** Over one series a scalar; over several a series, per period of those that have it. */
function aggregated(value: Value, aggregate: (values: readonly number[]) => number): Value {
  if (typeof value === "number") return value;
  if (!isList(value)) return value.size === 0 ? value : aggregate([...value.values()]);
  const periods = new Set(value.flatMap((series) => [...series.keys()]));
  return new Map(
    [...periods].map((period) => [period, aggregate(value.flatMap((series) => series.get(period) ?? []))]),
  );
}

function choose(scope: MathScope, condition: Expression, yes?: Expression, no?: Expression): Value {
  if (yes === undefined || no === undefined) throw new AwsError("ValidationError", "IF needs three arguments.");
  const [when, then, otherwise] = [condition, yes, no].map((it) => resolve(it, scope));
  if (typeof when === "number") return (when === 0 ? otherwise : then) ?? Number.NaN;
  return finite(asSeries(when, "IF"), (value, period) => at(value === 0 ? otherwise : then, period));
}

function fill(series: TimeSeries, filler: Expression | undefined, scope: MathScope): TimeSeries {
  const repeats = filler?.kind === "name" && filler.name.toUpperCase() === "REPEAT";
  if (filler?.kind === "name" && filler.name.toUpperCase() === "LINEAR")
    throw notEmulated("Metric math FILL(…, LINEAR)");
  const constant = filler === undefined || repeats ? undefined : resolve(filler, scope);
  const filled = new Map<number, number>();
  let last: number | undefined;
  for (const period of [...scope.periods].sort((a, b) => a - b)) {
    const value = series.get(period) ?? (repeats ? last : at(constant, period));
    last = value;
    if (value !== undefined && !Number.isNaN(value)) filled.set(period, value);
  }
  return filled;
}

function at(value: Value | undefined, period: number): number {
  if (value === undefined) return Number.NaN;
  return typeof value === "number" ? value : (asSeries(value, "IF").get(period) ?? Number.NaN);
}

function map(value: Value, change: (value: number) => number): Value {
  if (typeof value === "number") return change(value);
  if (isList(value)) return value.map((series) => finite(series, change));
  return finite(value, change);
}

function finite(series: TimeSeries, change: (value: number, period: number) => number): TimeSeries {
  const entries = [...series].map(([period, value]): [number, number] => [period, change(value, period)]);
  return new Map(entries.filter(([, value]) => Number.isFinite(value)));
}

function isList(value: Value): value is readonly TimeSeries[] {
  return Array.isArray(value);
}

function asSeries(value: unknown, where: string): TimeSeries {
  if (value instanceof Map) return value;
  throw new AwsError("ValidationError", `${where} needs a time series.`);
}
