import { type ChatMessage, type ChatName, chatNames, pagerNames } from "./chat-log.ts";
import type { ChatFault } from "./exchange.ts";
import { escapeHtml } from "./html.ts";
import { showGoogle } from "./show-google.ts";
import { showSlack } from "./show-slack.ts";
import { showTeams } from "./show-teams.ts";
import { style } from "./style.ts";

const titles: Readonly<Record<ChatName, string>> = {
  "slack-bot": "Slack, bot",
  "slack-webhook": "Slack, webhook",
  teams: "Microsoft Teams",
  "google-chat": "Google Chat",
  pagerduty: "PagerDuty",
  opsgenie: "Opsgenie",
  webhook: "Webhook",
};
const showJson = (payload: unknown) => `<pre>${escapeHtml(JSON.stringify(payload, undefined, 2))}</pre>`;
const show: Readonly<Record<ChatName, (payload: unknown) => string>> = {
  "slack-bot": showSlack,
  "slack-webhook": showSlack,
  teams: showTeams,
  "google-chat": showGoogle,
  pagerduty: showJson,
  opsgenie: showJson,
  webhook: showJson,
};

/** A bell's red dot, drawn here: a browser asks for an icon, and nothing else is to be had. */
const icon = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="#c4314b"/></svg>')}`;

/** What people see in each chat, side by side; updates by itself. */
export function page(messages: readonly ChatMessage[], faults: Faults): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Alarms in the chats</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="${icon}"><style>${style}</style></head>
<body><header><h1>Alarms in the chats <small>newest first, times in UTC</small></h1></header><main id="feed">${feed(messages, faults)}</main><script>
const load = async () => { document.getElementById("feed").innerHTML = await (await fetch("/feed")).text(); };
new EventSource("/changes").onmessage = load;
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-press]");
  if (button === null) return;
  const { chat, id } = button.closest("article").dataset;
  const body = JSON.stringify({ chat, id, button: button.dataset.press });
  fetch("/press", { method: "POST", headers: { "content-type": "application/json" }, body });
});
</script></body></html>`;
}

type Faults = ReadonlyMap<ChatName, ChatFault>;

export function feed(messages: readonly ChatMessage[], faults: Faults): string {
  const used = pagerNames.filter((pager) => faults.has(pager) || messages.some(({ chat }) => chat === pager));
  return [...chatNames, ...used]
    .map((chat) =>
      column(
        chat,
        messages.filter((message) => message.chat === chat),
        faults.get(chat),
      ),
    )
    .join("");
}

/** The conversation where something was said last comes first; answers go under the message they answer. */
function column(chat: ChatName, messages: readonly ChatMessage[], fault: ChatFault | undefined): string {
  const threads = Map.groupBy(messages, ({ thread }) => thread);
  // Of two in the same millisecond the later one is the newer.
  const newestFirst = [...threads.values()].toReversed().toSorted((one, other) => lastOf(other) - lastOf(one));
  const body = newestFirst.map((thread) => thread.map((message) => article(chat, message)).join("")).join("");
  return `<section class="chat ${chat}" aria-label="${titles[chat]}"><h2>${titles[chat]}</h2>${fault === undefined ? "" : '<p class="fault">Made to fail just now: messages for it wait.</p>'}${body || '<p class="empty">Nothing yet.</p>'}</section>`;
}

function lastOf(thread: readonly ChatMessage[]): number {
  return Math.max(...thread.map(({ at }) => at));
}

function article(chat: ChatName, { payload, at, edits, reply, id, whisper }: ChatMessage): string {
  const time = new Date(at).toISOString().slice(11, 19);
  const edited = edits > 0 ? ` <span class="edited">(edited)</span>` : "";
  return `<article class="message${reply ? " reply" : ""}${whisper ? " whisper" : ""}" data-chat="${chat}" data-id="${escapeHtml(id)}"><header><b>MCP fleet</b> <span class="app">APP</span> <time>${time}</time>${edited}${whisper ? " Only visible to you" : ""}</header>${drawn(show[chat](payload))}</article>`;
}

/** Chats bring pictures of their own for these; a browser may have no font with them. */
const dots: Readonly<Record<string, string>> = { "🔴": "#dd2e44", "🟠": "#f4900c", "🟢": "#78b159", "🔵": "#55acee" };

function drawn(html: string): string {
  return html.replace(/[🔴🟠🟢🔵]/gu, (dot) => `<span class="dot" style="background:${dots[dot]}">${dot}</span>`);
}
