import { readSlackMessage, type SlackBlock, type SlackButton } from "../slack/message.ts";
import { escapeHtml, link } from "./html.ts";

/** Slack's text and blocks as Slack draws them. */
export function showSlack(payload: unknown): string {
  const reading = readSlackMessage(payload);
  if (reading.kind === "error") return `<p>${reading.error}</p>`;
  const own = reading.text === undefined ? "" : `<p class="own">${mrkdwn(reading.text)}</p>`;
  const parts = reading.parts.map(
    ({ color, blocks }) =>
      `<div class="bar" style="border-color:${escapeHtml(color ?? "#ddd")}">${blocks.map(block).join("")}</div>`,
  );
  return `${own}${parts.join("")}`;
}

function block(one: SlackBlock): string {
  switch (one.type) {
    case "header":
      return `<h3>${escapeHtml(one.text.text)}</h3>`;
    case "section": {
      const fields = (one.fields ?? []).map(({ text }) => `<div>${mrkdwn(text)}</div>`).join("");
      return `${one.text === undefined ? "" : `<p>${mrkdwn(one.text.text)}</p>`}${fields && `<div class="fields">${fields}</div>`}`;
    }
    case "context":
      return `<p class="context">${one.elements.map(({ text }) => mrkdwn(text)).join(" ")}</p>`;
    case "divider":
      return "<hr>";
    case "actions":
      return `<p class="actions">${one.elements.map(button).join("")}</p>`;
  }
}

/** The page sends what is pressed, that of a link as well, as Slack does. */
function button({ text, action_id, url, style }: SlackButton): string {
  const name = `button${style === undefined ? "" : ` ${style}`}`;
  const press = `data-press="${escapeHtml(action_id)}"`;
  return url === undefined
    ? `<button type="button" class="${name}" ${press}>${escapeHtml(text.text)}</button>`
    : `<a class="${name}" ${press} target="_blank" rel="noreferrer" href="${escapeHtml(url)}">${escapeHtml(text.text)}</a>`;
}

/** The text comes with &, < and > escaped, as Slack wants it, but for what is markup: https://docs.slack.dev/messaging/formatting-message-text */
function mrkdwn(text: string): string {
  return text
    .split(/(<[^<>]*>)/)
    .map((part) =>
      part.startsWith("<") && part.endsWith(">") ? control(part.slice(1, -1)) : part.replaceAll("<", "&lt;"),
    )
    .join("")
    .replace(/```([\s\S]*?)```/g, "<pre>$1</pre>")
    .replace(/(^|[\s(])\*([^*\n]+)\*(?=$|[\s.,:;)])/gm, "$1<b>$2</b>")
    .replace(/(^|[\s(])_([^_\n]+)_(?=$|[\s.,:;)])/gm, "$1<i>$2</i>")
    .replace(/(^|[\s(])~([^~\n]+)~(?=$|[\s.,:;)])/gm, "$1<s>$2</s>")
    .replace(/^&gt; ?(.*)$/gm, "<q>$1</q>")
    .replace(/`([^`\n]+)`/g, "<code>$1</code>")
    .replaceAll("\n", "<br>");
}

/** What stands between angle brackets: a link, a mention, or a date in the reader's time zone. */
function control(content: string): string {
  const [target = "", label] = content.split("|", 2);
  const [, epoch, format = ""] = /^!date\^(\d+)\^([^^]*)/.exec(target) ?? [];
  if (epoch !== undefined) return dated(new Date(Number(epoch) * 1_000), format);
  if (target.startsWith("!subteam^")) return mention(label ?? target.slice("!subteam^".length));
  if (target.startsWith("!") || target.startsWith("@")) return mention(target.slice(1));
  return link(target.replaceAll("&amp;", "&"), label ?? target, "link");
}

function mention(who: string): string {
  return `<span class="mention">@${escapeHtml(who)}</span>`;
}

function dated(date: Date, format: string): string {
  const time = date.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" });
  return format
    .replace("{date_short_pretty}", date.toLocaleDateString("en", { month: "short", day: "numeric", year: "numeric" }))
    .replace("{time}", time);
}
