/** Colour codes in a log: removed, and the text around them stays. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what it looks for
const colors = /\u001b\[[\d;:]{0,40}m/g;

/**
 * What a terminal would obey, or what makes a text look like another: controls (C0 but for tab and line feed, DEL, C1),
 * marks of writing direction, invisible characters, and separators of lines and paragraphs. The joiners U+200C and
 * U+200D stay: whole languages are written with them. https://trojansource.codes
 */
export const harmful =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  /\u034f|[\0-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/**
 * A text from outside with everything harmful in it made visible, as `\u202e`, and half a surrogate pair replaced. JSON
 * stays JSON with the same meaning: these characters occur only in its strings.
 */
export function harmless(text: string): string {
  return text.toWellFormed().replaceAll("\r\n", "\n").replace(colors, "").replace(harmful, escaped);
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}
