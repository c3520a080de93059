import { type Card, linesShown, marks, type Tone } from "../card/card.ts";
import { failureOf } from "./http.ts";
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

export function teamsMessage(card: Card): unknown {
  return {
    type: "message",
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
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    fallbackText: card.fallback,
    body: [
      block(escaped(card.title), { size: "Large", weight: "Bolder", color: colors[card.tone] }),
      block(escaped(card.status), { weight: "Bolder", spacing: "Small" }),
      ...linesShown(card).map(({ tone, text }) => block(`${marks[tone]} ${escaped(text)}`, { spacing: "Small" })),
      ...(card.facts.length === 0
        ? []
        : [
            {
              type: "FactSet",
              facts: card.facts.map(({ name, value }) => ({ title: escaped(name), value: escaped(value) })),
            },
          ]),
      ...(card.chart === undefined
        ? []
        : [block(escaped(card.chart.label), { isSubtle: true }), block(card.chart.line, { fontType: "Monospace" })]),
      // An Adaptive Card joins lines separated by a single break.
      ...card.log.map((line) => block(escaped(line), { fontType: "Monospace", size: "Small", spacing: "None" })),
      block(escaped(card.footer), { isSubtle: true, size: "Small", separator: true }),
    ],
    actions: card.links.slice(0, 6).map(({ label, url }) => ({ type: "Action.OpenUrl", title: label, url })),
  };
}

/**
 * Characters that begin a format in a text block, anywhere or at a line's start, and `{{DATE(…)}}`, which a card counts
 * out. https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
 */
function escaped(text: string): string {
  return text
    .replace(/[\\`*_~[\]]/g, "\\$&")
    .replace(/^([ \t]{0,9}(?:\d{1,9}(?=[.)]))?)([-+#>.)])/gm, "$1\\$2")
    .replaceAll("{{", "{ {");
}
