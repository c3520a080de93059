import * as v from "valibot";
import { TeamsMessage } from "../teams/workflow.ts";
import { escapeHtml, link } from "./html.ts";

const TextBlock = v.object({
  type: v.literal("TextBlock"),
  text: v.string(),
  weight: v.optional(v.string(), "default"),
  size: v.optional(v.string(), "default"),
  color: v.optional(v.string(), "default"),
  fontType: v.optional(v.string(), "default"),
  isSubtle: v.optional(v.boolean(), false),
});
const FactSet = v.object({
  type: v.literal("FactSet"),
  facts: v.array(v.object({ title: v.string(), value: v.string() })),
});
const Mentions = v.object({
  msteams: v.object({ entities: v.array(v.object({ text: v.string(), mentioned: v.object({ name: v.string() }) })) }),
});

/** An Adaptive Card as Teams draws it. */
export function showTeams(payload: unknown): string {
  const parsed = v.safeParse(TeamsMessage, payload);
  if (!parsed.success) return "<p>No card.</p>";
  return parsed.output.attachments
    .map(({ content }) => {
      const { body, actions = [] } = content;
      const called = v.safeParse(Mentions, content);
      const mentions = called.success ? called.output.msteams.entities : [];
      const names = new Map(mentions.map(({ text, mentioned }) => [text, mentioned.name]));
      const buttons = actions.map(({ title, url }) => link(url, escapeHtml(title), "button")).join("");
      const shown = body.map((one) => element(one, names)).join("");
      return `<div class="adaptive">${shown}<div class="actions">${buttons}</div></div>`;
    })
    .join("");
}

function element(one: unknown, names: ReadonlyMap<string, string>): string {
  const block = v.safeParse(TextBlock, one);
  if (block.success) {
    const { text, weight, size, color, fontType, isSubtle } = block.output;
    const classes = [
      `size-${size}`,
      `weight-${weight}`,
      `color-${color}`,
      `font-${fontType}`,
      isSubtle ? "subtle" : "",
    ];
    return `<p class="${classes.join(" ").toLowerCase()}">${formatted(text, names)}</p>`;
  }
  const facts = v.safeParse(FactSet, one);
  if (!facts.success) return "";
  const rows = facts.output.facts.map(
    ({ title, value }) => `<dt>${formatted(title, names)}</dt><dd>${formatted(value, names)}</dd>`,
  );
  return `<dl>${rows.join("")}</dl>`;
}

/**
 * A text block: a backslash keeps a character from being markup, and is not shown; dates are the reader's.
 * https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
 */
function formatted(text: string, names: ReadonlyMap<string, string>): string {
  const kept: string[] = [];
  const aside = (html: string) => `\u0000${kept.push(html) - 1}\u0000`;
  const marked = text
    .replace(/\\([\\`*_~[\]#>.)+=-])/g, (_, sign: string) => aside(escapeHtml(sign)))
    .replace(/\{\{(DATE|TIME)\(([^,)]+)[^)]*\)\}\}/g, (_, what: string, stamp: string) => aside(local(what, stamp)))
    .replace(/<at>.*?<\/at>/g, (tag) => {
      const name = names.get(tag);
      return aside(name === undefined ? escapeHtml(tag) : `<span class="mention">${escapeHtml(name)}</span>`);
    })
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, label: string, url: string) =>
      aside(link(url, escapeHtml(label), "link")),
    );
  const html = escapeHtml(marked)
    .replace(/\*\*(.+?)\*\*/g, "<b>$1</b>")
    .replace(/(?<!\w)_(.+?)_(?!\w)/g, "<i>$1</i>")
    .replace(/^[-*+] (.*)$/gm, "<li>$1</li>")
    .replace(/^(\d+)\. (.*)$/gm, "<li>$2</li>")
    .replaceAll("\n", "<br>");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no text of a card has them
  return html.replace(/\u0000(\d+)\u0000/g, (_, index: string) => kept[Number(index)] ?? "");
}

function local(what: string, stamp: string): string {
  const date = new Date(stamp);
  return escapeHtml(
    what === "DATE"
      ? date.toLocaleDateString("en", { month: "short", day: "numeric", year: "numeric" })
      : date.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" }),
  );
}
