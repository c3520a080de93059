import { stripVTControlCharacters } from "node:util";
import { cleaned } from "./paint.ts";

/** The usual width of a terminal: nothing we lay out is wider. */
export const columns = 80;

const gap = 2;

/** A narrower column is not readable. */
const narrow = 12;

/**
 * Rows under headings, in columns as wide as their widest cell; cells may be coloured. If the whole is wider than
 * 80 columns, the last column is folded into lines under its own start; if even that does not fit, the first cell gets
 * a line of its own.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  // As they will be written: a cell has one line, and is as wide as what is shown in place of a control character.
  const cells = rows.map((row) => row.map((cell) => cleaned(cell.replaceAll("\n", " "))));
  return layOut([headings, ...cells], columns).flat();
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
  const flat = text.replaceAll("\n", " ");
  if (width(flat) <= limit) return [flat];
  const lines: string[] = [];
  let line = "";
  for (const word of flat.split(" ")) {
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

export function width(text: string): number {
  return stripVTControlCharacters(text).length;
}
