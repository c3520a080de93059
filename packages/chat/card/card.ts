import type { Severity } from "#fleet/definition.ts";
import { holderOfAll } from "../decide/holder.ts";
import { inOrder } from "../decide/lead.ts";
import type { Message } from "../decide/message.ts";
import { muteTargetOf } from "../decide/route.ts";
import { type Fact, factsOf } from "../incident/facts.ts";
import { type Entry, type Evidence, type Holder, isOpen } from "../record/record.ts";
import { clip, clipMiddle } from "../text/clip.ts";
import { afterWords, durationOf } from "../text/duration.ts";
import { excerpt } from "../text/mask.ts";
import type { Findings } from "./enrichment.ts";
import { linksOf, type Place, runbookOf } from "./links.ts";
import { noticeFacts } from "./notices.ts";
import { moment, type Prose, plain } from "./prose.ts";
import { sparkline } from "./sparkline.ts";

export type Tone = "critical" | "warning" | "good" | "info";
export const marks: Readonly<Record<Tone, string>> = { critical: "🔴", warning: "🟠", good: "🟢", info: "🔵" };

export interface Line {
  readonly tone: Tone;
  readonly text: Prose;
}

/** What the buttons of a message are about. */
export interface Handle {
  readonly group: string;
  /** Whether it can be silenced as well as acknowledged. */
  readonly mutable: boolean;
  /** When it was written, in milliseconds since the epoch: what begins later is not meant. */
  readonly seenAt: number;
}

/** A message as a person reads it, before any chat's format. */
export interface Card extends Evidence {
  readonly tone: Tone;
  readonly title: string;
  /** Since when, or how long it lasted. */
  readonly status: Prose;
  /** What the title does not say already. */
  readonly lines: readonly Line[];
  /** How many lines were left out. */
  readonly unlisted: number;
  readonly footer: string;
  /** The whole in one line, for notifications. */
  readonly fallback: string;
  /** Whether it will end; what only happened does not. */
  readonly lasting: boolean;
  /** Present while something lasts, where there is a door for presses. */
  readonly handle?: Handle | undefined;
  /** That somebody has taken it, where this is the news. */
  readonly taken?: Holder | undefined;
  /** Who is called, in the chat's own ids. */
  readonly mention: readonly string[];
}

/** Of an end, which shows what its beginning did. */
export const keptNote = " · below, as it was when it began";

const titleLength = 200;
const nameLength = 80;
const logLineLength = 240;
const logLines = 6;
/** As many as any chat shows. */
const mostLines = 50;

/** The card of one group's message. */
export function cardOf(message: Message, group: string, findings: Findings, place: Place, now: number): Card {
  const entries = inOrder(message.entries, message.fresh);
  const open = message.entries.filter(isOpen);
  const tone = toneOf(message.entries);
  const [lead] = entries;
  const headline = titled(group, lead?.headline ?? "recovered");
  const title = `${prefixOf(message)}${headline.length <= titleLength ? headline : shortTitle(group, headline)}`;
  const past = message.lead === undefined && message.evidence !== undefined;
  const status = [...statusOf(message, open, now), ...(past ? [keptNote] : [])];
  // What the title says in full is not said again.
  const told = headline.length <= titleLength ? entries.filter((entry) => entry !== lead) : entries;
  const evidence = withoutTold(evidenceOf(message, findings, place), title);
  return {
    tone,
    title,
    status,
    lines: told.slice(0, mostLines).map((entry) => ({ tone: toneOf([entry]), text: lineOf(entry, now) })),
    unlisted: Math.max(0, told.length - mostLines),
    ...evidence,
    footer: footerOf(place, evidence),
    fallback: `${marks[tone]} ${title} · ${plain(status)}`,
    lasting: open.length > 0,
    handle: open.length > 0 && place.buttons === true && group !== "" ? handleOf(group, now) : undefined,
    taken: message.purpose === "acknowledge" ? holderOfAll(open) : undefined,
    mention: [],
  };
}

function handleOf(group: string, now: number): Handle {
  return { group, mutable: muteTargetOf(group) !== undefined, seenAt: now };
}

/** What a card shows beside its words: of what is new, or of what it is still, or was, about. */
export function evidenceOf(message: Message, findings: Findings, place: Place): Evidence {
  const { lead, fresh } = message;
  // What is news has evidence of its own, or none: not that of what the conversation began with.
  const kept = lead !== undefined && fresh.includes(lead) ? undefined : message.evidence;
  const own = lead === undefined ? (kept?.facts ?? []) : [...factsOf(lead, place), ...findings.facts];
  const notices = noticeFacts(fresh.filter((incident) => incident !== lead || incident.story.kind === "notice")).filter(
    ({ value }) => !own.some((fact) => fact.value === value),
  );
  const log = findings.errorLines.slice(-logLines).map((line) => excerpt(line, logLineLength));
  const runbook = lead === undefined ? kept?.runbook : runbookOf(lead, place);
  const links = linksOf(lead, place);
  return {
    facts: [...(own.length === 0 ? (kept?.facts ?? []) : own), ...notices],
    chart:
      findings.history === undefined
        ? kept?.chart
        : { label: findings.history.label, line: sparkline(findings.history.values) },
    log: log.length > 0 ? log : (kept?.log ?? []),
    links: lead === undefined ? (kept?.links ?? []) : links,
    runbook,
  };
}

/** What the title says in full stands on the card once. */
function withoutTold(evidence: Evidence, title: string): Evidence {
  const told = ({ value }: Fact) => value.length > 20 && title.includes(value.replace(/\.$/, ""));
  return { ...evidence, facts: evidence.facts.filter((fact) => !told(fact)) };
}

function footerOf({ stage, region }: Place, { runbook, links }: Evidence): string {
  const linked = links.some(({ label }) => label === "Runbook");
  return `${stage} · ${region}${runbook === undefined || linked ? "" : ` · runbook: ${runbook}`}`;
}

/** A group and what happened to it, with no word twice: "Secret splunk: Secret splunk could not be rotated". */
function titled(group: string, headline: string): string {
  if (group === "") return headline;
  if (headline.startsWith(group)) return headline;
  const name = group.replace(/^(?:Alarm|Secret|Service) /, "");
  if (name === "" || !headline.startsWith(name)) return `${group}: ${headline}`;
  const rest = headline.slice(name.length);
  return /^(?:$|[\s,:(])/.test(rest) ? `${group}${rest}` : `${group}: ${headline}`;
}

/** What happened has the room: of a long name its beginning and end are enough. */
function shortTitle(group: string, headline: string): string {
  const named = headline.startsWith(group)
    ? `${clipMiddle(group, nameLength)}${headline.slice(group.length)}`
    : headline;
  return clip(named, titleLength);
}

/** The lines of a card, and how many more there are. */
export function linesShown({ lines, unlisted }: Card): readonly Line[] {
  return unlisted === 0 ? lines : [...lines, { tone: "info", text: [`and ${unlisted} more`] }];
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
  if (purpose === "acknowledge") return `${holderWords(holderOfAll(entries))} has it: `;
  return entries.every(({ phase }) => phase === "resolved") ? `${endingOf(entries)}: ` : "";
}

/** How it ended: if all did alike, as that was. */
function endingOf(entries: readonly Entry[]): string {
  const [one = "Recovered", ...others] = new Set(entries.map(({ ending = "Recovered" }) => ending));
  return others.length === 0 ? one : "Over";
}

function uncapital(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function statusOf({ purpose, entries }: Message, open: readonly Entry[], now: number): Prose {
  const begun = Math.min(...(open.length > 0 ? open : entries).map(({ since }) => since));
  const began = moment(begun, now);
  if (open.length > 0) {
    const taken = takenWords(open, now);
    if (purpose === "remind") return [`Ongoing for ${durationOf(now - begun)}, since `, began, ...taken];
    return [`${open.length === 1 ? "Ongoing" : `${open.length} ongoing`} since `, began, ...taken];
  }
  if (entries.every(({ phase }) => phase === "notice")) return ["At ", began];
  const ended = Math.max(...entries.map(({ at }) => at));
  const lasted = afterWords(ended - begun);
  // Nobody was told that it began.
  if (purpose === "open" && lasted !== "") {
    return ["Began at ", began, `, ${uncapital(endingOf(entries))} at `, moment(ended, now), lasted];
  }
  return [`${endingOf(entries)} at `, moment(ended, now), lasted];
}

/** Somebody, where what they took is not all there is. */
function holderWords(holder: Holder | undefined): string {
  return holder === undefined ? "Somebody" : clip(holder.by, 80);
}

/** ` · Ada has it since 14:02 UTC, silent until 15:02 UTC` */
function takenWords(open: readonly Entry[], now: number): Prose {
  const holder = holderOfAll(open);
  if (holder === undefined) return [];
  const { at, silentUntil = 0 } = holder;
  const silent = silentUntil > now ? [", silent until ", moment(silentUntil, now)] : [];
  return [` · ${holderWords(holder)} has it since `, moment(at, now), ...silent];
}

function lineOf({ headline, phase, since, at, ending }: Entry, now: number): Prose {
  switch (phase) {
    case "firing":
      return [`${headline} (since `, moment(since, now), ")"];
    case "no-data":
    case "flapping":
      return [`${headline} (since `, moment(phase === "flapping" ? since : at, now), ")"];
    case "resolved":
      return [`${headline}: ${ending === undefined ? "recovered" : uncapital(ending)}${afterWords(at - since)}`];
    case "notice":
      return [`${headline} (`, moment(at, now), ")"];
  }
}
