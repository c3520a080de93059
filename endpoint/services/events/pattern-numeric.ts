import { invalidPattern } from "./pattern-fault.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-numeric-matching */
const farthest = 5_000_000_000;

/** `["=", 5]`, `["<", 5]`, `[">=", 1]` or `[">", 0, "<=", 5]`. */
export function numericTest(operand: unknown): (value: unknown) => boolean {
  if (!Array.isArray(operand)) throw invalidPattern("Value of numeric must be an array.");
  const [operator, first, upper, second, ...more] = operand;
  if (typeof operator !== "string") throw invalidPattern(`Invalid member in numeric match: ${String(operator)}`);
  if (more.length > 0) throw invalidPattern("Too many elements in numeric expression");
  const limit = numberAfter(operator, first);
  switch (operator) {
    case "=":
    case "<":
    case "<=":
      if (upper !== undefined) throw invalidPattern("Too many elements in numeric expression");
      return onNumber(operator === "=" ? (it) => it === limit : below(operator, limit));
    case ">":
    case ">=":
      return upper === undefined
        ? onNumber(above(operator, limit))
        : between(above(operator, limit), limit, [upper, second]);
    default:
      throw invalidPattern(`Unrecognized numeric range operator: ${operator}`);
  }
}

function between(isAbove: (value: number) => boolean, bottom: number, [operator, value]: readonly unknown[]) {
  if (operator !== "<" && operator !== "<=") throw invalidPattern(`Bad numeric range operator: ${String(operator)}`);
  const top = numberAfter(operator, value);
  if (top <= bottom) throw invalidPattern("Bottom must be less than top");
  const isBelow = below(operator, top);
  return onNumber((it) => isAbove(it) && isBelow(it));
}

function onNumber(test: (value: number) => boolean): (value: unknown) => boolean {
  return (value) => typeof value === "number" && test(value);
}

function above(operator: ">" | ">=", limit: number): (value: number) => boolean {
  return operator === ">" ? (it) => it > limit : (it) => it >= limit;
}

function below(operator: "<" | "<=", limit: number): (value: number) => boolean {
  return operator === "<" ? (it) => it < limit : (it) => it <= limit;
}

function numberAfter(operator: string, value: unknown): number {
  if (typeof value !== "number") {
    throw invalidPattern(`Value of ${operator === "=" ? "equals" : operator} must be numeric`);
  }
  if (Math.abs(value) > farthest) throw invalidPattern(`Value must be between -${farthest} and ${farthest}, inclusive`);
  return value;
}
