import * as v from "valibot";
import { GoogleMessage } from "../google-chat/space.ts";
import { escapeHtml, link } from "./html.ts";

const Paragraph = v.object({ textParagraph: v.object({ text: v.string() }) });
const Decorated = v.object({ decoratedText: v.object({ topLabel: v.optional(v.string(), ""), text: v.string() }) });
const Buttons = v.object({
  buttonList: v.object({
    buttons: v.array(v.object({ text: v.string(), onClick: v.object({ openLink: v.object({ url: v.string() }) }) })),
  }),
});

/** A card as Google Chat draws it. */
export function showGoogle(payload: unknown): string {
  const parsed = v.safeParse(GoogleMessage, payload);
  if (!parsed.success) return "<p>No card.</p>";
  const cards = (parsed.output.cardsV2 ?? []).map(({ card: { header, sections } }) => {
    const head =
      header && `<h3>${escapeHtml(header.title)}</h3><p class="context">${escapeHtml(header.subtitle ?? "")}</p>`;
    return `<div class="card">${head ?? ""}${sections.flatMap(({ widgets }) => widgets.map(widget)).join("")}</div>`;
  });
  const { text } = parsed.output;
  return `${text === undefined ? "" : `<p class="own">${message(text)}</p>`}${cards.join("")}`;
}

function widget(one: unknown): string {
  const paragraph = v.safeParse(Paragraph, one);
  if (paragraph.success) return `<p>${formatted(paragraph.output.textParagraph.text)}</p>`;
  const decorated = v.safeParse(Decorated, one);
  if (decorated.success) {
    const { topLabel, text } = decorated.output.decoratedText;
    return `<p class="fact"><small>${escapeHtml(topLabel)}</small><br>${formatted(text)}</p>`;
  }
  const buttons = v.safeParse(Buttons, one);
  if (!buttons.success) return "";
  const all = buttons.output.buttonList.buttons;
  return `<div class="actions">${all.map(({ text, onClick }) => link(onClick.openLink.url, escapeHtml(text), "button")).join("")}</div>`;
}

/**
 * A message's own text, in which people are called and links have labels.
 * https://developers.google.com/workspace/chat/format-messages#format-texts
 */
function message(text: string): string {
  return text
    .split(/(<[^<>]*>)/)
    .map((part) => {
      const [, target = "", label] = /^<([^<>|]*)(?:\|([^<>]*))?>$/.exec(part) ?? [];
      if (target.startsWith("users/"))
        return `<span class="mention">@${escapeHtml(target.slice("users/".length))}</span>`;
      return /^https?:/.test(target) ? link(target, escapeHtml(label ?? target), "link") : escapeHtml(part);
    })
    .join("")
    .replace(/(^|\s)\*([^*\n]+)\*(?=$|\s)/g, "$1<b>$2</b>")
    .replaceAll("\n", "<br>");
}

/** Google Chat knows a few tags and shows the rest as text; everything else comes escaped. */
function formatted(text: string): string {
  return text.replace(/<(?!\/?(?:b|br|i)>|\/?font(?: color="#[0-9a-f]{6}")?>)/g, "&lt;");
}
