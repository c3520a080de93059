import { readSlackMessage, type SlackBlock } from "../slack/message.ts";
import { link } from "./html.ts";

/** Slack's blocks as Slack draws them. */
export function showSlack(payload: unknown): string {
  const reading = readSlackMessage(payload);
  if (reading.kind === "error") return `<p>${reading.error}</p>`;
  return reading.parts
    .map(
      ({ color, blocks }) =>
        `<div class="bar" style="border-color:${color ?? "#ddd"}">${blocks.map(block).join("")}</div>`,
    )
    .join("");
}

function block(one: SlackBlock): string {
  switch (one.type) {
    case "header":
      return `<h3>${mrkdwn(one.text.text)}</h3>`;
    case "section": {
      const fields = (one.fields ?? []).map(({ text }) => `<div>${mrkdwn(text)}</div>`).join("");
      return `${one.text === undefined ? "" : `<p>${mrkdwn(one.text.text)}</p>`}${fields && `<div class="fields">${fields}</div>`}`;
    }
    case "context":
      return `<p class="context">${one.elements.map(({ text }) => mrkdwn(text)).join(" ")}</p>`;
    case "divider":
      return "<hr>";
  }
}

/** The text comes with &, < and > escaped, as Slack wants it, but for what is markup. */
function mrkdwn(text: string): string {
  return text
    .replace(/```([\s\S]*?)```/g, "<pre>$1</pre>")
    .replace(/<(https?:[^<|>]+)\|([^<>]+)>/g, (_, url: string, label: string) => link(url, label, "link"))
    .replace(/(^|\s)\*([^*\n]+)\*/g, "$1<b>$2</b>")
    .replace(/`([^`\n]+)`/g, "<code>$1</code>")
    .replaceAll("\n", "<br>");
}
