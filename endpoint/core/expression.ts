import { RE2JS, RE2JSException } from "re2js";
import type { Pattern } from "./wildcard.ts";

/** Whether it has to fit the whole of a value, or any part of it; in a whole value `.` is a line's end as well. */
export interface ExpressionUse {
  readonly part: "whole" | "any";
  readonly letterCase: "exact" | "any";
}

/**
 * A regular expression that somebody else wrote, in time linear in the value: `RegExp` takes years for `(a+)+$`. RE2
 * pays with look-around and back references, which it does not know: https://github.com/google/re2/wiki/Syntax
 */
export function compileExpression(source: string, { part, letterCase }: ExpressionUse): Pattern {
  const flags = (letterCase === "any" ? RE2JS.CASE_INSENSITIVE : 0) | (part === "whole" ? RE2JS.DOTALL : 0);
  const expression = RE2JS.compile(source, flags);
  return (value) => (part === "whole" ? expression.matches(value) : expression.matcher(value).find());
}

export function matchesExpression(source: string, value: string): boolean {
  return compileExpression(source, { part: "whole", letterCase: "exact" })(value);
}

/** Whether it is one that `compileExpression` takes. */
export function isExpression(source: string): boolean {
  try {
    RE2JS.compile(source);
    return true;
  } catch (error) {
    if (error instanceof RE2JSException) return false;
    throw error;
  }
}
