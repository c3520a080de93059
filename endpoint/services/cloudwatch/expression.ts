import { AwsError } from "#endpoint/core/errors.ts";

/** A metric-math expression as a tree. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "negative"; readonly operand: Expression }
  | { readonly kind: "operation"; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** Loosest first. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html */
const precedence: readonly (readonly string[])[] = [
  ["OR", "||"],
  ["AND", "&&"],
  ["==", "!=", "<=", ">=", "<", ">"],
  ["+", "-"],
  ["*", "/"],
  ["^"],
];

const tokenPattern = /\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_][A-Za-z0-9_]*|==|!=|<=|>=|&&|\|\||[-+*/^()[\],<>])/y;

/** Throws `ValidationError` where the text is not an expression. */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let position = 0;
  const tree = operation(0);
  if (position < tokens.length) throw unexpected(text, tokens[position]);
  return tree;

  function operation(level: number): Expression {
    const operators = precedence[level];
    if (operators === undefined) return unary();
    let left = operation(level + 1);
    for (let operator = tokens[position]; isOneOf(operators, operator); operator = tokens[position]) {
      position += 1;
      left = { kind: "operation", operator, left, right: operation(level + 1) };
    }
    return left;
  }

  function unary(): Expression {
    if (tokens[position] !== "-") return primary();
    position += 1;
    return { kind: "negative", operand: unary() };
  }

  function primary(): Expression {
    const token = tokens[position];
    position += 1;
    if (token === undefined) throw unexpected(text, token);
    if (/^\d/.test(token)) return { kind: "number", value: Number(token) };
    if (token === "[") return { kind: "list", items: sequence("]") };
    if (token === "(") {
      const inner = operation(0);
      expect(")");
      return inner;
    }
    if (!/^[A-Za-z_]/.test(token)) throw unexpected(text, token);
    if (tokens[position] !== "(") return { kind: "name", name: token };
    position += 1;
    return { kind: "call", name: token, args: sequence(")") };
  }

  function sequence(end: string): readonly Expression[] {
    const items: Expression[] = [];
    while (tokens[position] !== end) {
      if (items.length > 0) expect(",");
      items.push(operation(0));
    }
    expect(end);
    return items;
  }

  function expect(token: string): void {
    if (tokens[position] !== token) throw unexpected(text, tokens[position]);
    position += 1;
  }
}

function isOneOf(operators: readonly string[], token: string | undefined): token is string {
  return token !== undefined && operators.includes(token);
}

function tokensOf(text: string): readonly string[] {
  const pattern = new RegExp(tokenPattern);
  const tokens: string[] = [];
  const trimmed = text.trimEnd();
  while (pattern.lastIndex < trimmed.length) {
    const start = pattern.lastIndex;
    const token = pattern.exec(trimmed)?.[1];
    if (token === undefined) throw unexpected(text, trimmed.slice(start).trim().charAt(0));
    tokens.push(token);
  }
  return tokens;
}

function unexpected(text: string, token: string | undefined): AwsError {
  return new AwsError("ValidationError", `Error in expression '${text}': unexpected ${token ?? "end"}.`);
}
