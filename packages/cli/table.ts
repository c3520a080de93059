import { stripVTControlCharacters } from "node:util";

/** The usual width of a terminal: nothing we lay out is wider. */
export const columns = 80;

const gap = 2;

/** Less than this is no column to read a text in. */
const narrow = 12;

/**
 * Rows under headings, in columns as wide as their widest cell; cells may be coloured. Where all of it is wider than
 * 80 columns, the last column is folded into lines under its own start; where not even that fits, the first cell has
 * a line of its own.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return layOut([headings, ...rows], columns).flat();
}

/** The lines of each row. */
function layOut(rows: readonly (readonly string[])[], limit: number): readonly (readonly string[])[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => width(row[at] ?? ""))));
  const start = widths.slice(0, -1).reduce((sum, one) => sum + one + gap, 0);
  if (start + Math.min(narrow, widths.at(-1) ?? 0) > limit && widths.length > 2) {
    const rest = layOut(
      rows.map((row) => row.slice(1)),
      limit - gap,
    );
    return rows.map(([first = ""], at) => [first, ...(rest[at] ?? []).map((line) => " ".repeat(gap) + line)]);
  }
  return rows.map((row) => {
    const head = row.slice(0, -1).map((cell, at) => pad(cell, (widths[at] ?? 0) + gap));
    const [first = "", ...more] = fold(row.at(-1) ?? "", limit - start);
    return [`${head.join("")}${first}`.trimEnd(), ...more.map((line) => `${" ".repeat(start)}${line}`)];
  });
}

/** Breaks a text at spaces into lines of at most `limit` characters; a longer word stands alone. */
export function fold(text: string, limit: number): readonly string[] {
  if (width(text) <= limit) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && width(line) + 1 + width(word) > limit) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function pad(cell: string, to: number): string {
  return cell + " ".repeat(Math.max(0, to - width(cell)));
}

function width(text: string): number {
  return stripVTControlCharacters(text).length;
}
