/** A text of at most so many characters; one that was longer ends in an ellipsis. No character is cut in half. */
export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${head(text, length - 1).trimEnd()}…`;
}

/**
 * A text of at most so many characters that keeps its beginning and its end: errors are wrapped in those of each layer
 * they pass, so that what went wrong stands last.
 */
export function clipMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = Math.floor((length - 3) / 3);
  return `${head(text, kept).trimEnd()} … ${tail(text, length - 3 - kept).trimStart()}`;
}

/** The beginning, without half a surrogate pair at its end. */
export function head(text: string, length: number): string {
  const cut = Math.max(0, length);
  return text.slice(0, isHigh(text.charCodeAt(cut - 1)) && cut < text.length ? cut - 1 : cut);
}

function tail(text: string, length: number): string {
  const from = Math.max(0, text.length - length);
  return text.slice(from > 0 && isHigh(text.charCodeAt(from - 1)) ? from + 1 : from);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
