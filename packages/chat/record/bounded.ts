import * as v from "valibot";
import { Incident } from "../incident/incident.ts";
import { clip, head } from "../text/clip.ts";
import { type Entry, isOpen } from "./record.ts";

/**
 * How many open entries are kept, of how many what they are, and how many resolved ones, to recognize a late repetition.
 * An alarm has 500 contributors at most, and a service ten alarms.
 */
const watched = 1_000;
const described = 20;
const remembered = 100;
const shortHeadline = 120;
const longestText = 1_000;
const longestList = 10;

/** As many entries, and as much of each, as an item of 400 KB holds. */
export function boundedEntries(entries: ReadonlyMap<string, Entry>): Readonly<Record<string, Entry>> {
  const newest = [...entries].sort(([, one], [, other]) => other.at - one.at);
  const open = newest.filter(([, entry]) => isOpen(entry)).slice(0, watched);
  const over = newest.filter(([, entry]) => !isOpen(entry)).slice(0, remembered);
  return Object.fromEntries([
    ...open.map(([subject, entry], index) => [subject, index < described ? entry : bare(entry)] as const),
    ...over.map(([subject, entry]) => [subject, bare(entry)] as const),
  ]);
}

function bare({ incident: _, ...entry }: Entry): Entry {
  return { ...entry, headline: clip(entry.headline, shortHeadline) };
}

/** An incident whose texts and lists are cut to what a card can show of them. */
export function boundedIncident(incident: Incident): Incident | undefined {
  const kept = v.safeParse(Incident, cut(incident));
  return kept.success ? kept.output : undefined;
}

function cut(value: unknown): unknown {
  if (typeof value === "string") return head(value, longestText);
  if (Array.isArray(value)) return value.slice(0, longestList).map(cut);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 2 * longestList)
      .map(([name, held]) => [name, cut(held)]),
  );
}
