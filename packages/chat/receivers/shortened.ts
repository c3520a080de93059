import type { Card } from "../card/card.ts";
import { clip } from "../text/clip.ts";

/** Shorter and shorter versions: first without the log, then the chart and most lines, then facts and links. */
function* shorter(card: Card): Generator<Card> {
  yield card;
  yield { ...card, log: card.log.slice(-3) };
  yield { ...card, log: [] };
  for (const length of [300, 120]) {
    yield { ...card, log: [], facts: card.facts.map(({ name, value }) => ({ name, value: clip(value, length) })) };
  }
  for (const count of [20, 10, 5, 1]) yield withLines({ ...brief(card), facts: card.facts.slice(0, count) }, count);
  const bare = withLines({ ...brief(card), facts: [], links: [] }, 1);
  yield bare;
  yield { ...bare, lines: [], title: clip(card.title, 120), fallback: clip(card.fallback, 120), mention: [] };
}

function brief(card: Card): Card {
  return {
    ...card,
    log: [],
    chart: undefined,
    facts: card.facts.map(({ name, value }) => ({ name: clip(name, 60), value: clip(value, 120) })),
  };
}

/** A card with at most this many lines. */
export function withLines(card: Card, count: number): Card {
  const left = Math.max(0, card.lines.length - count);
  return { ...card, lines: card.lines.slice(0, count), unlisted: card.unlisted + left };
}

/** The longest version of a card that renders within `maxBytes`. */
export function shortened(card: Card, maxBytes: number, render: (card: Card) => unknown): string {
  let text = "";
  for (const version of shorter(card)) {
    text = JSON.stringify(render(version));
    if (Buffer.byteLength(text) <= maxBytes) break;
  }
  return text;
}
