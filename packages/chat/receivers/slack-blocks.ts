import { type Card, linesShown, marks, type Tone } from "../card/card.ts";
import { clip } from "../text/clip.ts";
import { escapedHtml, unformatted } from "./markup.ts";

/** The bar beside a message. */
const colors: Readonly<Record<Tone, string>> = {
  critical: "#d92d20",
  warning: "#f79009",
  good: "#17b26a",
  info: "#667085",
};

/** https://docs.slack.dev/reference/block-kit/blocks/header-block and …/section-block */
const headerLimit = 150;
const sectionLimit = 3_000;
const fieldLimit = 2_000;
const fieldCount = 10;

/** About 13,200 characters of block text in all; bytes, and JSON around them, stay well under. */
export const slackLimit = 12_000;
/** As many headlines as a section holds. */
export const slackLines = 12;

export interface SlackMessage {
  readonly text: string;
  readonly attachments: readonly { readonly color: string; readonly blocks: readonly unknown[] }[];
}

export function slackMessage(card: Card): SlackMessage {
  const section = (text: string) => ({ type: "section", text: mrkdwn(clip(text, sectionLimit)) });
  const blocks = [
    { type: "header", text: { type: "plain_text", text: clip(card.title, headerLimit), emoji: false } },
    section(
      [
        `*${escaped(card.status)}*`,
        ...linesShown(card).map(({ tone, text }) => `${marks[tone]} ${escaped(text)}`),
      ].join("\n"),
    ),
    ...factFields(card).map((fields) => ({ type: "section", fields })),
    ...(card.chart === undefined ? [] : [section(`${escaped(card.chart.label)}\n\`${card.chart.line}\``)]),
    ...(card.log.length === 0
      ? []
      : [section(`\`\`\`${escaped(card.log.join("\n")).slice(0, sectionLimit - 10)}\`\`\``)]),
    ...(card.links.length === 0
      ? []
      : [section(card.links.map(({ label, url }) => `<${url}|${escaped(label)}>`).join("  ·  "))]),
    { type: "context", elements: [mrkdwn(clip(escaped(card.footer), fieldLimit))] },
  ];
  return {
    text: clip(escaped(card.fallback || card.title), sectionLimit),
    attachments: [{ color: colors[card.tone], blocks }],
  };
}

function factFields({ facts }: Card): readonly (readonly unknown[])[] {
  const fields = facts.map(({ name, value }) => mrkdwn(clip(`*${escaped(name)}*\n${escaped(value)}`, fieldLimit)));
  return fields.length === 0 ? [] : [fields.slice(0, fieldCount)];
}

/** `verbatim`: Slack turns nothing into links or mentions. */
function mrkdwn(text: string) {
  return { type: "mrkdwn", text, verbatim: true };
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping, and what that leaves: formats and code blocks. */
function escaped(text: string): string {
  return escapedHtml(unformatted(text));
}
