import { type Card, linesShown, marks, type Tone } from "../card/card.ts";
import { type Moment, type Prose, render } from "../card/prose.ts";
import { escapes } from "./escape.ts";
import { failureOf, isAnswering } from "./http.ts";
import type { Receiver } from "./receiver.ts";
import { shortened } from "./shortened.ts";

/**
 * Teams accepts a card of more than 28 KB and then drops it; what the flow adds counts too.
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#message-size
 */
const limit = 24_000;

const colors: Readonly<Record<Tone, string>> = {
  critical: "attention",
  warning: "warning",
  good: "good",
  info: "accent",
};

/**
 * A Teams workflow "when a webhook request is received". It answers 202 before the card is posted, knows no message id,
 * and neither replies nor edits.
 */
export const teams: Receiver = {
  repeats: "shown",
  isAnswering: ({ secret }, http) => isAnswering(http, secret),
  async deliver(card, { manner }, { secret }, http) {
    if (manner === "close") return { kind: "accepted", reference: undefined };
    const outcome = await http({ url: secret, body: shortened(card, limit, teamsMessage) });
    const failure = failureOf(outcome);
    if (failure !== undefined) return failure;
    const said = outcome.kind === "answer" ? outcome.body : "";
    // The connectors that workflows replaced report failures behind them in the body of a 200.
    const error = /HTTP error (\d{3})|failed with error|error/i.exec(said);
    if (error === null) return { kind: "accepted", reference: undefined };
    const status = Number(error[1] ?? 0);
    const reason = `a success response that reports an error${status === 0 ? "" : `: HTTP ${status}`}`;
    return status === 0 || status === 429 || status >= 500 ? { kind: "retry", reason } : { kind: "refused", reason };
  },
};

const { plain, block: escaped, lines } = escapes.teams;

/** `summary` is what a phone, and a notification, show of the message: without it they say "Card". */
export function teamsMessage(card: Card): unknown {
  return {
    type: "message",
    summary: plain(card.fallback || card.title, 500),
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: adaptiveCard(card),
      },
    ],
  };
}

function adaptiveCard(card: Card) {
  const block = (text: string, more: object = {}) => ({ type: "TextBlock", text, wrap: true, ...more });
  const mentions = card.mention.map(mentionOf);
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full", ...(mentions.length > 0 && { entities: mentions }) },
    body: [
      ...(mentions.length === 0 ? [] : [block(mentions.map(({ text }) => text).join(" "))]),
      block(escaped(card.title, 600), { size: "Large", weight: "Bolder", color: colors[card.tone] }),
      block(prose(card.status, 400), { weight: "Bolder", spacing: "Small" }),
      ...linesShown(card).map(({ tone, text }) => block(`${marks[tone]} ${prose(text, 1_000)}`, { spacing: "Small" })),
      ...(card.facts.length === 0
        ? []
        : [
            {
              type: "FactSet",
              facts: card.facts.map(({ name, value }) => ({ title: escaped(name, 200), value: lines(value, 4_000) })),
            },
          ]),
      ...(card.chart === undefined
        ? []
        : [
            block(escaped(card.chart.label, 200), { isSubtle: true }),
            block(card.chart.line, { fontType: "Monospace" }),
          ]),
      // An Adaptive Card joins lines separated by a single break.
      ...card.log.map((line) => block(escaped(line, 1_000), { fontType: "Monospace", size: "Small", spacing: "None" })),
      block(escaped(card.footer, 600), { isSubtle: true, size: "Small", separator: true }),
    ],
    actions: card.links.slice(0, 6).map(({ label, url }) => ({ type: "Action.OpenUrl", title: plain(label, 60), url })),
  };
}

/**
 * A person by the address they sign in with, or by their id in Entra.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
 */
function mentionOf(id: string) {
  return { type: "mention", text: `<at>${id}</at>`, mentioned: { id, name: id } };
}

/** https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features#datetime-formatting-and-localization */
function time({ at, dated }: Moment): string {
  const stamp = new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  return dated ? `{{DATE(${stamp}, SHORT)}} {{TIME(${stamp})}}` : `{{TIME(${stamp})}}`;
}

function prose(words: Prose, most: number): string {
  return render(words, (text) => escaped(text, most), time);
}
