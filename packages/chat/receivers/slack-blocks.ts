import * as v from "valibot";
import { type Card, linesShown, marks, type Tone } from "../card/card.ts";
import { consoleLabel } from "../card/links.ts";
import { type Moment, type Prose, render } from "../card/prose.ts";
import type { Fact } from "../incident/facts.ts";
import { escapes } from "./escape.ts";

/** The buttons of a message, by the id that a press comes back with. */
export const pressedButtons = ["acknowledge", "silence", "console"] as const;
export type PressedButton = (typeof pressedButtons)[number];

/** What a button carries. */
export const Pressed = v.object({ group: v.pipe(v.string(), v.minLength(1), v.maxLength(200)), seenAt: v.number() });
export type Pressed = v.InferOutput<typeof Pressed>;

const { mrkdwn, lines, code, text } = escapes.slack;

/** The bar beside a message. */
const colors: Readonly<Record<Tone, string>> = {
  critical: "#d92d20",
  warning: "#f79009",
  good: "#17b26a",
  info: "#667085",
};

/** https://docs.slack.dev/reference/block-kit/blocks/section-block */
const sectionLimit = 3_000;
const fieldLimit = 2_000;
const fieldCount = 10;
/** A value that is longer has the width of the message, not half of it. */
const shortValue = 60;

/** About 13,200 characters of block text in all; bytes, and JSON around them, stay well under. */
export const slackLimit = 12_000;
/** As many headlines as a section holds. */
export const slackLines = 12;

export interface SlackMessage {
  readonly text: string;
  readonly parse: "none";
  readonly attachments: readonly { readonly color: string; readonly blocks: readonly unknown[] }[];
}

/**
 * The headline is the message's own text: it is what a notification shows, what calls people, and what Slack shows above
 * the coloured bar, which only attachments have.
 */
export function slackMessage(card: Card): SlackMessage {
  const section = (content: string) => ({ type: "section", text: mark(content) });
  const head = [
    `*${prose(card.status, 400)}*`,
    ...linesShown(card).map(({ tone, text: line }) => `${marks[tone]} ${prose(line, 300)}`),
  ];
  const links = card.links.filter(({ label }) => card.handle === undefined || label !== consoleLabel);
  const blocks = [
    section(fitting(head, sectionLimit)),
    ...factBlocks(card),
    ...(card.chart === undefined ? [] : [section(`${mrkdwn(card.chart.label, 200)}\n\`${card.chart.line}\``)]),
    ...(card.log.length === 0
      ? []
      : [
          section(
            `\`\`\`${fitting(
              card.log.map((line) => code(line, 480)),
              sectionLimit - 10,
            )}\`\`\``,
          ),
        ]),
    ...(links.length === 0
      ? []
      : [section(links.map(({ label, url }) => `<${linkable(url)}|${mrkdwn(label, 40)}>`).join("  ·  "))]),
    ...buttonBlocks(card),
    { type: "context", elements: [mark(mrkdwn(card.footer, fieldLimit))] },
  ];
  const called = card.mention.map(mentionOf).join(" ");
  const headline = `${marks[card.tone]} *${text(card.title, 600)}*`;
  return {
    text: called === "" ? headline : `${called} ${headline}`,
    parse: "none",
    attachments: [{ color: colors[card.tone], blocks }],
  };
}

/** https://docs.slack.dev/messaging/formatting-message-text#mentioning-users */
function mentionOf(id: string): string {
  if (/^(?:here|channel|everyone)$/.test(id)) return `<!${id}>`;
  return id.startsWith("S") ? `<!subteam^${id}>` : `<@${id}>`;
}

/** As many of these lines as fit. */
function fitting(all: readonly string[], most: number): string {
  let taken = "";
  for (const line of all) {
    const next = taken === "" ? line : `${taken}\n${line}`;
    if (next.length > most) break;
    taken = next;
  }
  return taken;
}

/** https://docs.slack.dev/messaging/formatting-message-text#date-formatting: in the reader's own time zone. */
function time({ at, text: words, dated }: Moment): string {
  const format = dated ? "{date_short_pretty} {time}" : "{time}";
  return `<!date^${Math.floor(at / 1000)}^${format}|${words}>`;
}

function prose(words: Prose, most: number): string {
  return render(words, (part) => mrkdwn(part, most), time);
}

function factBlocks({ facts }: Card): readonly unknown[] {
  const short = facts.filter(isShort).slice(0, fieldCount);
  const long = facts.filter((fact) => !isShort(fact));
  const shown = ({ name, value }: Fact) => mark(`*${mrkdwn(name, 200)}*\n${lines(value, fieldLimit - 300)}`);
  return [
    ...(short.length === 0 ? [] : [{ type: "section", fields: short.map(shown) }]),
    ...long.slice(0, 40).map((fact) => ({ type: "section", text: shown(fact) })),
  ];
}

/**
 * What a button sends comes to the app's request URL, the press of a link as well.
 * https://docs.slack.dev/reference/block-kit/block-elements/button-element
 */
function buttonBlocks({ handle, links }: Card): readonly unknown[] {
  if (handle === undefined) return [];
  const value = JSON.stringify({ group: handle.group, seenAt: handle.seenAt } satisfies Pressed);
  const button = (id: PressedButton, label: string, more: object) => ({
    type: "button",
    action_id: id,
    text: { type: "plain_text", text: label },
    ...more,
  });
  const page = links.find(({ label }) => label === consoleLabel);
  return [
    {
      type: "actions",
      elements: [
        button("acknowledge", "Acknowledge", { value, style: "primary" }),
        ...(handle.mutable ? [button("silence", "Silence for 1 h", { value })] : []),
        ...(page === undefined ? [] : [button("console", "Open the console", { url: page.url })]),
      ],
    },
  ];
}

function isShort({ value }: Fact): boolean {
  return value.length <= shortValue && !value.includes("\n");
}

/** What would end the address within a link. */
function linkable(url: string): string {
  return url.replaceAll("&", "&amp;").replaceAll("|", "%7C").replaceAll(">", "%3E").replaceAll("<", "%3C");
}

/** `verbatim`: Slack turns nothing into links or mentions. */
function mark(content: string) {
  return { type: "mrkdwn", text: content, verbatim: true };
}
