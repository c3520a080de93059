/**
 * JSON that others wrote is looked at before it is parsed: for a megabyte of brackets or of keys V8 takes up to a second,
 * in which nobody else is served. No message is nested as deep, and few have as many values.
 */
const deepest = 500;
const mostValues = 200_000;

/** @returns what is too much about it, as "it" goes on; undefined for text that may be parsed */
export function excessOf(text: string): string | undefined {
  // Shorter ones cannot have any.
  if (text.length <= deepest) return undefined;
  let excess: string | undefined;
  let values = 1;
  scan(text, (_at, depth, isEnd) => {
    if (depth > deepest) excess = `is nested more than ${deepest} deep`;
    else if (!isEnd && ++values > mostValues) excess = `has more than ${mostValues} values`;
    return excess === undefined;
  });
  return excess;
}

/** A message, or a batch of them, in which whatever lies within a field is null: enough to see whom it answers. */
export function outlineOf(text: string): string {
  const kept = text.trimStart().startsWith("[") ? 2 : 1;
  const pieces: string[] = [];
  let from = 0;
  let isCut = false;
  scan(text, (at, depth, isEnd) => {
    if (!isCut && depth > kept) {
      pieces.push(text.slice(from, at), "null");
      isCut = true;
    } else if (isCut && isEnd && depth === kept) {
      from = at + 1;
      isCut = false;
    }
    return true;
  });
  return isCut ? "" : pieces.join("") + text.slice(from);
}

/** @param visit gets each bracket and comma, and the depth after it; returns whether to go on */
function scan(text: string, visit: (at: number, depth: number, isEnd: boolean) => boolean): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22 /* " */) {
      at = endOfText(text, at);
      continue;
    }
    const isEnd = code === 0x5d /* ] */ || code === 0x7d; /* } */
    if (isEnd) depth -= 1;
    else if (code === 0x5b /* [ */ || code === 0x7b /* { */) depth += 1;
    else if (code !== 0x2c /* , */) continue;
    if (!visit(at, depth, isEnd)) return;
  }
}

function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === 0x5c /* \ */) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}
