import { AwsError } from "#endpoint/core/errors.ts";
import type { StateValue } from "./alarm.ts";

/** `ALARM(a) AND NOT (OK("b c") OR FALSE)`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
export type CompositeRule =
  | { readonly kind: "constant"; readonly value: boolean }
  /** `alarm` is a name or an ARN. */
  | { readonly kind: "state"; readonly state: StateValue; readonly alarm: string }
  | { readonly kind: "not"; readonly operand: CompositeRule }
  | { readonly kind: "and" | "or"; readonly left: CompositeRule; readonly right: CompositeRule };

const tokenPattern = /\s*("(?:[^"\\]|\\.)*"|[()]|[^\s()"]+)/y;

/** Throws `ValidationError` where the text is not a rule. */
export function parseRule(text: string): CompositeRule {
  const tokens = tokensOf(text);
  let position = 0;
  const rule = either();
  if (position < tokens.length) throw invalid(text, tokens[position]);
  return rule;

  function either(): CompositeRule {
    let left = both();
    while (tokens[position] === "OR") {
      position += 1;
      left = { kind: "or", left, right: both() };
    }
    return left;
  }

  function both(): CompositeRule {
    let left = one();
    while (tokens[position] === "AND") {
      position += 1;
      left = { kind: "and", left, right: one() };
    }
    return left;
  }

  function one(): CompositeRule {
    const token = tokens[position];
    position += 1;
    switch (token) {
      case "NOT":
        return { kind: "not", operand: one() };
      case "TRUE":
      case "FALSE":
        return { kind: "constant", value: token === "TRUE" };
      case "(": {
        const inner = either();
        take(")");
        return inner;
      }
      case "ALARM":
      case "OK":
      case "INSUFFICIENT_DATA": {
        take("(");
        const alarm = tokens[position];
        position += 1;
        if (alarm === undefined || alarm === ")") throw invalid(text, alarm);
        take(")");
        return { kind: "state", state: token, alarm: unquoted(alarm) };
      }
      default:
        throw invalid(text, token);
    }
  }

  function take(wanted: string): void {
    if (tokens[position] !== wanted) throw invalid(text, tokens[position]);
    position += 1;
  }
}

export function holds(rule: CompositeRule, stateOf: (alarm: string) => StateValue): boolean {
  switch (rule.kind) {
    case "constant":
      return rule.value;
    case "state":
      return stateOf(rule.alarm) === rule.state;
    case "not":
      return !holds(rule.operand, stateOf);
    case "and":
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case "or":
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}

/** The alarms a rule names, each once. */
export function alarmsIn(rule: CompositeRule): readonly string[] {
  switch (rule.kind) {
    case "constant":
      return [];
    case "state":
      return [rule.alarm];
    case "not":
      return alarmsIn(rule.operand);
    case "and":
    case "or":
      return [...new Set([...alarmsIn(rule.left), ...alarmsIn(rule.right)])];
  }
}

function unquoted(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replace(/\\(.)/g, "$1") : token;
}

function tokensOf(text: string): readonly string[] {
  const pattern = new RegExp(tokenPattern);
  const trimmed = text.trimEnd();
  const tokens: string[] = [];
  while (pattern.lastIndex < trimmed.length) {
    const token = pattern.exec(trimmed)?.[1];
    if (token === undefined) throw invalid(text, undefined);
    tokens.push(token);
  }
  return tokens;
}

function invalid(text: string, token: string | undefined): AwsError {
  return new AwsError("ValidationError", `AlarmRule '${text}' is not valid: unexpected ${token ?? "end"}.`);
}
