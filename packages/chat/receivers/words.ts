import { type Card, linesShown } from "../card/card.ts";
import { plain } from "../card/prose.ts";
import { harmless } from "../text/harmless.ts";

/** As many headlines as anybody reads there. */
export const pagerLines = 50;

/** Whether it is for people who are paged: what went well, or only happened without harm, is not. */
export function isForPagers({ tone, lasting }: Card): boolean {
  return tone !== "info" || lasting;
}

/** A card as plain text, for what shows no formats. */
export function wordsOf(card: Card): string {
  const { status, facts, log, footer } = card;
  const parts = [
    plain(status),
    ...linesShown(card).map(({ text }) => plain(text)),
    ...facts.map(({ name, value }) => `${name}: ${value}`),
    ...log,
    footer,
  ];
  return harmless(parts.join("\n"));
}
