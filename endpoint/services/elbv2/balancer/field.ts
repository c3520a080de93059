/** A line of a head: a name, and what follows the colon. One that is folded, or holds a control character, is none. */
export const fieldLine = /([\w!#$%&'*+.^`|~-]+):([\t\x20-\x7e\x80-\xff]*)\r\n/y;

/** Without the spaces around it. `trim` takes more for space than HTTP does. */
export function fieldValue(text: string): string {
  let [start, end] = [0, text.length];
  while (isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}
