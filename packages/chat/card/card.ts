import type { Severity } from "#fleet/definition.ts";
import type { Message } from "../decide/decide.ts";
import { isPlaceholder } from "../incident/headline.ts";
import type { AlarmStory, Incident } from "../incident/incident.ts";
import { type Entry, isOpen } from "../record/record.ts";
import { clip } from "../text/clip.ts";
import { durationOf, timeOfDay } from "../text/duration.ts";
import { figure } from "../text/figure.ts";
import { maskSecrets } from "../text/mask.ts";
import type { Findings } from "./enrichment.ts";
import { linksOf, type Place } from "./links.ts";
import { sparkline } from "./sparkline.ts";

export type Tone = "critical" | "warning" | "good" | "info";
export const marks: Readonly<Record<Tone, string>> = { critical: "🔴", warning: "🟠", good: "🟢", info: "🔵" };

export interface Line {
  readonly tone: Tone;
  readonly text: string;
}

/** A message as a person reads it, before any chat's format. */
export interface Card {
  readonly tone: Tone;
  readonly title: string;
  /** Since when, or how long it lasted. */
  readonly status: string;
  readonly lines: readonly Line[];
  /** How many lines were left out. */
  readonly unlisted: number;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly chart: { readonly label: string; readonly line: string } | undefined;
  /** Last error lines of the service, masked. */
  readonly log: readonly string[];
  readonly links: readonly { readonly label: string; readonly url: string }[];
  readonly footer: string;
  /** The whole in one line, for notifications. */
  readonly fallback: string;
}

const logLineLength = 240;
const logLines = 6;

/** The card of one group's message. */
export function cardOf(message: Message, group: string, findings: Findings, place: Place, now: number): Card {
  const open = message.entries.filter(isOpen);
  const tone = toneOf(message.entries);
  const lead = message.entries.find((entry) => isOpen(entry)) ?? message.entries.at(-1);
  const title = `${group}: ${clip(lead?.headline ?? "recovered", 200)}`;
  const incident = message.fresh.find(({ story }) => story.kind === "alarm") ?? message.fresh.at(-1);
  return {
    tone,
    title: `${prefixOf(message)}${title}`,
    status: statusOf(message, open, now),
    lines: message.entries.map((entry) => ({ tone: toneOf([entry]), text: lineOf(entry, now) })),
    unlisted: 0,
    facts: [...factsOf(incident, now), ...findings.facts],
    chart:
      findings.history === undefined
        ? undefined
        : { label: findings.history.label, line: sparkline(findings.history.values) },
    log: findings.errorLines.slice(-logLines).map((line) => clip(maskSecrets(line), logLineLength)),
    links: linksOf(message, group, place),
    footer: `${place.stage} · ${place.region}${runbookOf(incident)}`,
    fallback: `${marks[tone]} ${prefixOf(message)}${title} · ${statusOf(message, open, now)}`,
  };
}

/** The lines of a card, and how many more there are. */
export function linesShown({ lines, unlisted }: Card): readonly Line[] {
  return unlisted === 0 ? lines : [...lines, { tone: "info", text: `and ${unlisted} more` }];
}

function toneOf(entries: readonly Entry[]): Tone {
  const lasting = entries.filter(({ phase }) => phase !== "resolved");
  if (lasting.length === 0) return "good";
  const severities = new Set(lasting.map(({ severity }): Severity => severity));
  if (severities.has("critical")) return "critical";
  return severities.has("warning") ? "warning" : "info";
}

function prefixOf({ purpose, entries }: Message): string {
  if (purpose === "remind") return "Reminder: ";
  return entries.every(({ phase }) => phase === "resolved") ? "Recovered: " : "";
}

function statusOf({ purpose, entries }: Message, open: readonly Entry[], now: number): string {
  const begun = Math.min(...(open.length > 0 ? open : entries).map(({ since }) => since));
  if (open.length > 0) {
    const since = `since ${timeOfDay(begun, now)}`;
    if (purpose === "remind") return `Ongoing for ${durationOf(now - begun)}, ${since}`;
    return `${open.length === 1 ? "Ongoing" : `${open.length} ongoing`} ${since}`;
  }
  if (entries.every(({ phase }) => phase === "notice")) return `At ${timeOfDay(begun, now)}`;
  const ended = Math.max(...entries.map(({ at }) => at));
  return `Recovered at ${timeOfDay(ended, now)} after ${durationOf(ended - begun)}`;
}

function lineOf({ headline, phase, since, at }: Entry, now: number): string {
  switch (phase) {
    case "firing":
      return `${headline} (since ${timeOfDay(since, now)})`;
    case "no-data":
      return `${headline} (since ${timeOfDay(at, now)})`;
    case "resolved":
      return `${headline}: recovered after ${durationOf(at - since)}`;
    case "notice":
      return `${headline} (${timeOfDay(at, now)})`;
  }
}

function factsOf(incident: Incident | undefined, now: number): Card["facts"] {
  if (incident === undefined) return [];
  const { story } = incident;
  switch (story.kind) {
    case "alarm":
      return alarmFacts(story, now);
    case "deployment":
      return [{ name: "Deployment", value: story.deployment }];
    case "task":
      return story.reason === undefined ? [] : [{ name: "Reason", value: clip(maskSecrets(story.reason), 500) }];
    case "rotation":
      return [{ name: "Secret", value: story.secret }];
    case "road-test":
      return [];
    case "unknown":
      return story.text === "" ? [] : [{ name: "Message", value: clip(maskSecrets(story.text), 1_500) }];
  }
}

function alarmFacts(story: AlarmStory, now: number): Card["facts"] {
  const { previous, readings, watch } = story;
  const before = previous?.since === undefined ? "" : ` for ${durationOf(now - previous.since)}`;
  const usual = readings.length > 1 ? `; recent values ${readings.slice(-5).map(figure).join(", ")}` : "";
  return [
    ...(previous === undefined ? [] : [{ name: "Previous state", value: `${previous.value}${before}${usual}` }]),
    ...(watch.kind === "composite" ? [{ name: "Rule", value: clip(watch.rule, 500) }] : []),
    ...(watch.kind === "unstated" && story.reason !== undefined
      ? [{ name: "Reason", value: clip(maskSecrets(story.reason), 500) }]
      : []),
    ...(isPlaceholder(story) ? [{ name: "Threshold", value: "a placeholder, not based on measurements yet" }] : []),
  ];
}

/** An alarm's description ends with a link to its runbook. */
function runbookOf(incident: Incident | undefined): string {
  const description = incident?.story.kind === "alarm" ? incident.story.description : undefined;
  const runbook = /Runbook: (\S+)/.exec(description ?? "")?.[1];
  return runbook === undefined ? "" : ` · runbook: ${runbook}`;
}
