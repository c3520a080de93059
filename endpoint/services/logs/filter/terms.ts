import type { Filter } from "./filter.ts";
import { invalidPattern } from "./invalid-pattern.ts";
import { compileRegex } from "./regex.ts";

const TERM = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([A-Za-z0-9_]+))(?=\s|$)/y;

/**
 * `error "exit code"` wants both, `-debug` excludes, `?a ?b` wants one of them. Next to other terms, optional ones
 * decide nothing.
 */
export function parseTerms(pattern: string): Filter {
  const terms = tokenize(pattern);
  const signed = (sign: string) => terms.filter((term) => term.sign === sign);
  const [wanted, excluded, optional] = [signed(""), signed("-"), signed("?")];
  if (wanted.length + excluded.length === 0) return (message) => optional.some(({ isIn }) => isIn(message));
  return (message) => wanted.every(({ isIn }) => isIn(message)) && !excluded.some(({ isIn }) => isIn(message));
}

interface Term {
  readonly sign: string;
  readonly isIn: Filter;
}

function tokenize(pattern: string): readonly Term[] {
  const terms: Term[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < pattern.length) {
    const at = TERM.lastIndex;
    const match = TERM.exec(pattern);
    if (match === null)
      throw invalidPattern(
        `${pattern.slice(at).trim()}: a term of anything but letters, digits and underscores goes in double quotes`,
      );
    const [, sign = "", quoted, regex, plain = ""] = match;
    const text = quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1");
    terms.push({ sign, isIn: regex === undefined ? (message) => message.includes(text) : compileRegex(regex) });
  }
  return terms;
}
