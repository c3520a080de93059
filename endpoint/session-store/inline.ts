const space = /[ \t\n\v\f\r]/;
const hexadecimal = /^\\x([0-9a-f]{2})/i;
const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/** The words of a line typed by hand, or of a configuration file; undefined where its quotes do not pair up. */
export function splitInline(line: string): string[] | undefined {
  const zero = line.indexOf("\0");
  const text = zero < 0 ? line : line.slice(0, zero);
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (space.test(text.charAt(at))) at++;
    if (at >= text.length) return words;
    const word = wordAt(text, at);
    if (word === undefined) return undefined;
    words.push(word.text);
    at = word.end;
  }
}

function wordAt(line: string, start: number): { readonly text: string; readonly end: number } | undefined {
  let text = "";
  for (let at = start; ; at++) {
    const sign = line.charAt(at);
    if (sign === "" || " \n\r\t".includes(sign)) return { text, end: at };
    if (sign !== '"' && sign !== "'") {
      text += sign;
      continue;
    }
    const rest = sign === '"' ? doubleQuoted(line, at + 1) : singleQuoted(line, at + 1);
    if (rest === undefined) return undefined;
    // What follows a closing quote is a space, or nothing.
    const next = line.charAt(rest.end);
    return next === "" || space.test(next) ? { text: text + rest.text, end: rest.end } : undefined;
  }
}

function doubleQuoted(line: string, start: number) {
  let text = "";
  for (let at = start; at < line.length; at++) {
    const sign = line.charAt(at);
    if (sign === '"') return { text, end: at + 1 };
    const byte = hexadecimal.exec(line.slice(at, at + 4))?.[1];
    if (byte !== undefined) {
      text += String.fromCharCode(Number.parseInt(byte, 16));
      at += 3;
    } else if (sign === "\\" && at + 1 < line.length) {
      at++;
      text += escapes[line.charAt(at)] ?? line.charAt(at);
    } else text += sign;
  }
  return undefined;
}

function singleQuoted(line: string, start: number) {
  let text = "";
  for (let at = start; at < line.length; at++) {
    if (line.startsWith("\\'", at)) at++;
    else if (line.charAt(at) === "'") return { text, end: at + 1 };
    text += line.charAt(at);
  }
  return undefined;
}
