import type { Card } from "../card/card.ts";
import { harmless } from "../text/harmless.ts";

/**
 * A card with every text from outside made harmless. Single lines stay single: a line break could fake a line of our
 * own, such as a headline that claims recovery.
 */
export function harmlessCard(card: Card): Card {
  return {
    ...card,
    title: oneLine(card.title),
    status: oneLine(card.status),
    lines: card.lines.map((line) => ({ ...line, text: oneLine(line.text) })),
    facts: card.facts.map(({ name, value }) => ({ name: oneLine(name), value: harmless(value) })),
    chart: card.chart && { ...card.chart, label: oneLine(card.chart.label) },
    log: card.log.map(oneLine),
    links: card.links.map(({ label, url }) => ({ label: oneLine(label), url })),
    footer: oneLine(card.footer),
    fallback: oneLine(card.fallback),
  };
}

function oneLine(text: string): string {
  return harmless(text).replaceAll("\n", " ");
}

/** Slack's and Google Chat's text cannot escape these: lookalikes stand in for them. */
const lookalikes: Readonly<Record<string, string>> = { "`": "ˋ", "*": "∗", _: "ˍ", "~": "∼", "<": "‹", ">": "›" };

/** At the edge of a word they start or end formatting; inside one, as in `google_workspace`, they mean nothing. */
const formats = /`|(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])/gu;

/** Text that neither Slack's mrkdwn nor Google Chat formats. */
export function unformatted(text: string): string {
  return text.replace(formats, (sign) => lookalikes[sign] ?? sign);
}

/** In Google Chat's text, `<users/all>` mentions everybody and `<url|label>` is a link. */
export function unlinked(text: string): string {
  return unformatted(text).replace(/[<>]/g, (sign) => lookalikes[sign] ?? sign);
}

/** The characters that Slack's mrkdwn and Google Chat's card text escape. */
export function escapedHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
