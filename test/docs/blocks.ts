/** What a test does with a fenced block of the documentation. */
export type Treatment =
  | { readonly kind: "run"; readonly exitCode: number }
  /** Needs what no test has; the document says what, in a comment that GitHub does not show. */
  | { readonly kind: "excused"; readonly reason: string };

export interface Block {
  readonly file: string;
  /** Of its first fence. */
  readonly line: number;
  readonly language: Language;
  readonly text: string;
  readonly treatment: Treatment;
}

/** `text`, `mermaid` and `spl` are for readers, or for systems that are not ours. */
export const languages = ["bash", "ts", "json", "text", "mermaid", "spl"] as const;
export type Language = (typeof languages)[number];

const fence = /^( *)```(\S*)\s*$/;
const excuse = /^ *<!-- not run here: *(.*?) *-->$/;
const exit = /^ *<!-- exits with (\d+) -->$/;
const looksLikeOne = /^ *<!-- (not run|exits with)/;

/**
 * The fenced blocks of a Markdown file, with the comment that stands above each.
 * @throws {Error} with file and line, for a block or a comment of another form than the ones above
 */
export function readBlocks(file: string, markdown: string): readonly Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  const refuse = (at: number, what: string) => new Error(`${file}:${at + 1}: ${what}`);
  let treated: number | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const opened = fence.exec(line);
    if (opened === null) {
      if (looksLikeOne.test(line)) treated = at;
      else if (treated !== undefined && line.trim() !== "") throw refuse(treated, "this comment stands above no block");
      if (isIndentedCode(lines, at)) throw refuse(at, "an indented block: fence it, and name its language");
      continue;
    }
    const [, indent = "", tag = ""] = opened;
    const end = lines.findIndex((one, index) => index > at && one.trimEnd() === `${indent}\`\`\``);
    if (end === -1) throw refuse(at, "this block has no end");
    const language = languages.find((one) => one === tag);
    if (language === undefined)
      throw refuse(at, `a block in ${tag || "no language"}: it is one of ${languages.join(", ")}`);
    const text = lines
      .slice(at + 1, end)
      .map((one) => (one.startsWith(indent) ? one.slice(indent.length) : one))
      .join("\n");
    const treatment =
      treated === undefined ? ({ kind: "run", exitCode: 0 } as const) : treatmentOf(lines[treated] ?? "");
    if (treatment === undefined)
      throw refuse(treated ?? at, "an excuse without a reason, or a comment of another form");
    blocks.push({ file, line: at + 1, language, text, treatment });
    treated = undefined;
    at = end;
  }
  if (treated !== undefined) throw refuse(treated, "this comment stands above no block");
  return blocks;
}

function treatmentOf(comment: string): Treatment | undefined {
  const reason = excuse.exec(comment)?.[1] ?? "";
  if (reason !== "") return { kind: "excused", reason };
  const code = exit.exec(comment)?.[1];
  return code === undefined ? undefined : { kind: "run", exitCode: Number(code) };
}

/** Four spaces or more after an empty line, outside a list: Markdown shows it as code, and no test would see it. */
function isIndentedCode(lines: readonly string[], at: number): boolean {
  if (!/^ {4,}\S/.test(lines[at] ?? "") || lines[at - 1]?.trim() !== "") return false;
  const paragraph = lines.slice(0, at).findLast((line) => line.trim() !== "") ?? "";
  const depth = /^( *)(?:[-*]|\d+\.) /.exec(paragraph) === null ? 0 : paragraph.search(/\S/) + 3;
  return (lines[at] ?? "").search(/\S/) - depth >= 4 || depth === 0;
}
