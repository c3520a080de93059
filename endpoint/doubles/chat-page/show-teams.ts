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

/** An Adaptive Card as Teams draws it. */
export function showTeams(payload: unknown): string {
  const parsed = v.safeParse(TeamsMessage, payload);
  if (!parsed.success) return "<p>No card.</p>";
  return parsed.output.attachments
    .map(({ content: { body, actions = [] } }) => {
      const buttons = actions.map(({ title, url }) => link(url, escapeHtml(title), "button")).join("");
      return `<div class="adaptive">${body.map(element).join("")}<div class="actions">${buttons}</div></div>`;
    })
    .join("");
}

function element(one: unknown): string {
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
    return `<p class="${classes.join(" ").toLowerCase()}">${unescaped(text)}</p>`;
  }
  const facts = v.safeParse(FactSet, one);
  if (!facts.success) return "";
  const rows = facts.output.facts.map(
    ({ title, value }) => `<dt>${escapeHtml(title)}</dt><dd>${unescaped(value)}</dd>`,
  );
  return `<dl>${rows.join("")}</dl>`;
}

/** A backslash keeps a character from being markup, and is not shown. */
function unescaped(text: string): string {
  return escapeHtml(text.replace(/\\([\\`*_~[\]#>.)+-])/g, "$1"));
}
