/** One place of a pattern: any run of characters, or one that `takes` accepts. */
type Part = "any run" | ((code: number) => boolean);

/**
 * Redis's patterns: `*`, `?`, `[a-z]`, `[^a]`, `\` for the character itself. Only the last `*` is ever tried again, so
 * the time is at most pattern × text.
 */
export function createGlob(pattern: string): (text: string) => boolean {
  if (pattern === "*") return () => true;
  const parts = partsOf(pattern);
  // Redis looks at no pattern once the text is at its end, not even at a star.
  return (text) => (text === "" ? pattern === "" : matches(parts, text));
}

function matches(parts: readonly Part[], text: string): boolean {
  let part = 0;
  let at = 0;
  let retry: { part: number; at: number } | undefined;
  while (at < text.length || part < parts.length) {
    const wanted = parts[part];
    if (wanted === "any run") {
      part++;
      retry = { part, at };
    } else if (wanted !== undefined && at < text.length && wanted(text.charCodeAt(at))) {
      part++;
      at++;
    } else if (retry !== undefined && retry.at < text.length) {
      retry.at++;
      ({ part, at } = retry);
    } else return false;
  }
  return true;
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern.charAt(at);
    if (sign === "*") {
      if (parts.at(-1) !== "any run") parts.push("any run");
    } else if (sign === "?") parts.push(() => true);
    else if (sign === "[") {
      const { takes, end } = classAt(pattern, at + 1);
      parts.push(takes);
      at = end;
    } else {
      if (sign === "\\" && at + 1 < pattern.length) at++;
      const code = pattern.charCodeAt(at);
      parts.push((found) => found === code);
    }
  }
  return parts;
}

/** A class from behind its bracket on. Where the pattern ends before the class does, it ends it. */
function classAt(pattern: string, start: number): { readonly takes: (code: number) => boolean; readonly end: number } {
  const inverted = pattern.charAt(start) === "^";
  const ranges: (readonly [number, number])[] = [];
  const only = (code: number) => ranges.push([signed(code), signed(code)]);
  let at = inverted ? start + 1 : start;
  for (; at < pattern.length && pattern.charAt(at) !== "]"; at++) {
    const left = pattern.length - at;
    if (pattern.charAt(at) === "\\" && left >= 2) {
      at++;
      only(pattern.charCodeAt(at));
    } else if (left >= 3 && pattern.charAt(at + 1) === "-") {
      const [one, other] = [signed(pattern.charCodeAt(at)), signed(pattern.charCodeAt(at + 2))];
      ranges.push([Math.min(one, other), Math.max(one, other)]);
      at += 2;
    } else only(pattern.charCodeAt(at));
  }
  const takes = (code: number) => ranges.some(([low, high]) => signed(code) >= low && signed(code) <= high);
  return { takes: (code) => takes(code) !== inverted, end: at };
}

/** Characters are signed where Redis compares them. */
function signed(code: number): number {
  return code > 127 ? code - 256 : code;
}
