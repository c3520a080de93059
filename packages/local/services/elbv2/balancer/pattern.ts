/** Tells whether a value fits a pattern that was compiled once. */
export type Pattern = (value: string) => boolean;

/** `*` stands for any run of characters, `?` for exactly one; the rest stands for itself. */
export function compileWildcard(pattern: string): Pattern {
  if (!/[*?]/.test(pattern)) return (value) => value === pattern;
  if (/^[^*?]*\*$/.test(pattern)) {
    const prefix = pattern.slice(0, -1);
    return (value) => value.startsWith(prefix);
  }
  if (/^\*[^*?]*$/.test(pattern)) {
    const suffix = pattern.slice(1);
    return (value) => value.endsWith(suffix);
  }
  return (value) => fits(pattern, value);
}

/** For hosts, header values and query strings, which ELB compares regardless of case. */
export function compileCaseless(pattern: string): Pattern {
  const fitsLower = compileWildcard(pattern.toLowerCase());
  return (value) => fitsLower(value.toLowerCase());
}

/**
 * Compares without a regular expression: the pattern comes from a template and the value from a stranger, and two `*`
 * in a regular expression are enough to make a long value slow.
 */
function fits(pattern: string, value: string): boolean {
  let at = 0;
  let star = -1;
  let retryFrom = 0;
  let next = 0;
  while (at < value.length) {
    const symbol = pattern[next];
    if (symbol === "*") {
      star = next;
      next += 1;
      retryFrom = at;
    } else if (symbol === "?" || symbol === value[at]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      retryFrom += 1;
      at = retryFrom;
      next = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[next] === "*") next += 1;
  return next === pattern.length;
}
