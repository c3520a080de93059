import type { Filter } from "./filter.ts";
import { invalidPattern } from "./invalid-pattern.ts";

const TERM = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_]+))(?=\s|$)/y;

/**
 * `error "exit code"` wants both, `-debug` excludes, `?a ?b` wants one of them. Next to other terms, optional ones
 * decide nothing.
 */
export function parseTerms(pattern: string): Filter {
  const terms = tokenize(pattern);
  const wanted = terms.filter(({ sign }) => sign === "").map(({ text }) => text);
  const excluded = terms.filter(({ sign }) => sign === "-").map(({ text }) => text);
  const optional = terms.filter(({ sign }) => sign === "?").map(({ text }) => text);
  if (wanted.length + excluded.length === 0) return (message) => optional.some((text) => message.includes(text));
  return (message) =>
    wanted.every((text) => message.includes(text)) && !excluded.some((text) => message.includes(text));
}

function tokenize(pattern: string): readonly { readonly sign: string; readonly text: string }[] {
  const terms: { sign: string; text: string }[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < pattern.length) {
    const at = TERM.lastIndex;
    const match = TERM.exec(pattern);
    if (match === null)
      throw invalidPattern(
        `${pattern.slice(at).trim()}: a term of anything but letters, digits and underscores goes in double quotes`,
      );
    const [, sign = "", quoted, plain = ""] = match;
    terms.push({ sign, text: quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1") });
  }
  return terms;
}
