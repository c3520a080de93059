import type { Card } from "../card/card.ts";
import { harmlessCard } from "./markup.ts";

/** Shorter and shorter versions: first without the log, then the chart and most lines, then facts and links. */
function* shorter(card: Card): Generator<Card> {
  yield card;
  yield { ...card, log: card.log.slice(-3) };
  yield { ...card, log: [] };
  for (const count of [20, 10, 5, 1]) yield withLines({ ...card, log: [], chart: undefined }, count);
  const bare = withLines({ ...card, log: [], chart: undefined, facts: [], links: [] }, 1);
  yield bare;
  yield { ...bare, lines: [], title: card.title.slice(0, 120), status: card.status.slice(0, 120), fallback: "" };
}

/** A card with at most this many lines. */
export function withLines(card: Card, count: number): Card {
  const left = Math.max(0, card.lines.length - count);
  return { ...card, lines: card.lines.slice(0, count), unlisted: card.unlisted + left };
}

/** The longest version of a card that renders within `maxBytes`, made harmless. */
export function shortened(card: Card, maxBytes: number, render: (card: Card) => unknown): string {
  let text = "";
  for (const version of shorter(harmlessCard(card))) {
    text = JSON.stringify(render(version));
    if (Buffer.byteLength(text) <= maxBytes) break;
  }
  return text;
}
