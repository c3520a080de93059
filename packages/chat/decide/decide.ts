import type { Severity } from "#fleet/definition.ts";
import { headlineOf } from "../incident/headline.ts";
import type { Incident } from "../incident/incident.ts";
import type { Acknowledgement } from "../record/acknowledgement-table.ts";
import { boundedEntries, boundedIncident } from "../record/bounded.ts";
import { type Content, type Entry, type GroupRecord, isOpen, type Thread } from "../record/record.ts";
import { calmMs, counted, endingOf, isRelapse, isTold, noticeThreadMs, stopsLike } from "./flap.ts";
import { holderOf } from "./holder.ts";
import { leadOf } from "./lead.ts";
import type { Message, Purpose } from "./message.ts";

export type { Message, Purpose } from "./message.ts";

export interface Decision {
  /** What to record once the message, if any, was accepted. */
  readonly next: Content;
  readonly message: Message | undefined;
  /** Whether there is anything to record. */
  readonly changed: boolean;
}

export interface Policy {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly repeatAfterMs: number;
  /** How something that is open has ended without a word: closed by somebody, its alarm is gone or OK. */
  endingOf(subject: string): string | undefined;
  /** Who has last taken what lasts in this group, if anybody has. */
  readonly acknowledgement?: Acknowledgement | undefined;
  isMuted(about: { readonly subject: string; readonly severity: Severity }): boolean;
  /** Whether the routes send an incident of this severity here, or only the end of a worse one. */
  isRouted(severity: Severity): boolean;
}

/** A reminder comes twice as late as the one before, up to so many times. */
const rarer = 3;

/**
 * What to post to one destination about one group, and what to record afterwards. Pure: the same record and incidents
 * give the same decision, so a repetition is recognized as already done.
 */
export function decide(record: GroupRecord, incidents: readonly Incident[], policy: Policy): Decision {
  const progress = new Progress(record, policy);
  for (const incident of incidents) progress.take(incident);
  progress.settle();
  progress.acknowledge();
  progress.unmute();
  return progress.decision();
}

class Progress {
  readonly #record: GroupRecord;
  readonly #policy: Policy;
  readonly #entries: Map<string, Entry>;
  /** A beginning by its subject, a notice by its change: each notice is news, also of what there was one before. */
  readonly #fresh = new Map<string, Incident>();
  /** What has ended, with what is known of its beginning. */
  readonly #recovered = new Map<string, Incident | undefined>();
  readonly #unmuted = new Set<string>();
  #relapsed = false;
  #acknowledged = false;
  #changed = false;

  constructor(record: GroupRecord, policy: Policy) {
    this.#record = record;
    this.#policy = policy;
    this.#entries = new Map(Object.entries(record.entries));
  }

  take(incident: Incident): void {
    const known = this.#entries.get(incident.subject);
    if (known !== undefined && known.change === incident.change) return;
    if (known !== undefined && incident.at < known.at) this.#takeLate(incident, known);
    else this.#takeInTurn(incident, known);
  }

  #takeInTurn(incident: Incident, known: Entry | undefined): void {
    const lasting = known !== undefined && isOpen(known);
    switch (incident.phase) {
      case "firing":
      case "no-data":
        this.#begin(incident, incident.phase, known);
        break;
      case "resolved":
        this.#end(incident, known);
        break;
      case "succeeded":
        if (lasting) this.#end(incident, known);
        else this.#note(incident);
        break;
      case "notice":
        this.#note(incident);
    }
  }

  #begin(incident: Incident, phase: "firing" | "no-data", known: Entry | undefined): void {
    const before = known !== undefined && (isOpen(known) || isRelapse(incident, known)) ? known : undefined;
    const relapsed = before !== undefined && isRelapse(incident, before);
    const since = before?.since ?? incident.at;
    const times = relapsed ? (before.times ?? 1) + 1 : before?.times;
    const told = !this.#policy.isMuted(incident);
    const headline = counted(headlineOf(incident), times, incident.at - since);
    const heard = before !== undefined && isOpen(before) && before.told;
    this.#put(incident, { phase, since, told: told || heard, headline, times }, incident);
    this.#relapsed ||= relapsed;
    if (told && !this.#isOldNews(incident, before, times)) this.#fresh.set(incident.subject, incident);
  }

  /** ECS repeats what keeps it from starting tasks every few minutes; that something flaps is told once. */
  #isOldNews(incident: Incident, before: Entry | undefined, times: number | undefined): boolean {
    if (before?.told !== true) return false;
    if (incident.phase === "firing" && before.phase === "flapping") return (times ?? 1) > 2;
    return isOpen(before) && incident.story.kind === "service-action" && before.headline === headlineOf(incident);
  }

  #note(incident: Incident): void {
    if (!this.#policy.isRouted(incident.severity)) return;
    const told = !this.#policy.isMuted(incident);
    const plain = headlineOf(incident);
    const { times, since } = stopsLike(incident, plain, this.#entries);
    const headline = counted(plain, times > 1 ? times : undefined, incident.at - since);
    this.#put(incident, { phase: "notice", since: incident.at, told, headline });
    if (told && isTold(times)) this.#fresh.set(incident.change, incident);
  }

  #end(incident: Incident, known: Entry | undefined): void {
    const lasting = known !== undefined && isOpen(known) && known.told ? known : undefined;
    // Without a beginning that was told, it begins where it ends.
    const { since = incident.at, headline = headlineOf(incident), times } = lasting ?? {};
    const ending = endingOf(incident);
    if (lasting !== undefined && times !== undefined && ending === undefined) {
      this.#put(incident, { phase: "flapping", since, told: true, headline, times }, lasting.incident);
      return;
    }
    this.#put(incident, { phase: "resolved", since, told: true, headline, times, ending });
    if (lasting !== undefined) this.#recovered.set(incident.subject, lasting.incident);
  }

  /** What is over without a message of its own: it stayed away, or somebody or something ended it. */
  settle(): void {
    for (const [subject, entry] of this.#entries) {
      if (!isOpen(entry)) continue;
      const ending = this.#policy.endingOf(subject);
      const calm = entry.phase === "flapping" && this.#policy.now - entry.at >= calmMs;
      if (ending === undefined && !calm) continue;
      const at = calm ? entry.at : this.#policy.now;
      const headline = counted(entry.headline, entry.times, at - entry.since);
      this.#entries.set(subject, { ...entry, phase: "resolved", at, headline, ending: calm ? undefined : ending });
      if (entry.told) this.#recovered.set(subject, entry.incident);
      this.#changed = true;
    }
  }

  /** Level-triggered, so that a chat which was down then hears of it later. */
  acknowledge(): void {
    const { acknowledgement } = this.#policy;
    if (acknowledgement === undefined) return;
    for (const [subject, entry] of this.#entries) {
      const taken = holderOf(entry, acknowledgement);
      if (taken === undefined) continue;
      this.#entries.set(subject, { ...entry, holder: taken.holder });
      this.#acknowledged ||= taken.news;
      this.#changed = true;
    }
  }

  /** The beginning arrives after the end: it is posted as recovered. */
  #takeLate(incident: Incident, known: Entry): void {
    const missed = known.phase === "resolved" && known.since === known.at && incident.phase === "firing";
    if (!missed || this.#policy.isMuted(incident)) return;
    this.#entries.set(incident.subject, { ...known, since: incident.at, headline: headlineOf(incident) });
    this.#recovered.set(incident.subject, incident);
    this.#changed = true;
  }

  #put(
    incident: Incident,
    entry: Pick<Entry, "phase" | "since" | "told" | "times" | "ending"> & { readonly headline?: string },
    kept?: Incident,
  ): void {
    const { subject, change, severity, at } = incident;
    const before = this.#entries.get(subject);
    const holder = before?.since === entry.since ? before.holder : undefined;
    const known = { ...(kept && { incident: boundedIncident(kept) }), ...(holder && { holder }) };
    this.#entries.set(subject, { headline: headlineOf(incident), ...entry, ...known, change, severity, at });
    this.#changed = true;
  }

  /** What a mute window held back is posted when the window ends, if it is still ongoing. */
  unmute(): void {
    for (const [subject, entry] of this.#entries) {
      if (entry.told || !isOpen(entry) || this.#policy.isMuted({ subject, severity: entry.severity })) continue;
      this.#entries.set(subject, { ...entry, told: true });
      this.#unmuted.add(subject);
      if (entry.incident !== undefined) this.#fresh.set(subject, entry.incident);
      this.#changed = true;
    }
  }

  decision(): Decision {
    const message = this.#message();
    const thread = message?.purpose === "open" ? this.#newThread() : this.#thread();
    const lasting = this.#isLasting(thread, message?.purpose) ? thread : undefined;
    const { last = undefined, reminders = 0 } = this.#record;
    const left = lasting === undefined ? (thread ?? last) : undefined;
    const reminded = message?.purpose === "remind" ? reminders + 1 : message === undefined ? reminders : 0;
    return {
      message,
      changed: this.#changed || message !== undefined,
      next: {
        thread: lasting,
        ...(left !== undefined && { last: left }),
        ...(reminded > 0 && { reminders: reminded }),
        entries: boundedEntries(this.#entries),
        lastSentAt: message === undefined ? this.#record.lastSentAt : this.#policy.now,
      },
    };
  }

  /** The one that is open; for what came back, the one that had just ended. */
  #thread(): Thread | undefined {
    return this.#record.thread ?? (this.#relapsed ? this.#record.last : undefined);
  }

  #message(): Message | undefined {
    const purpose = this.#purpose();
    if (purpose === undefined) return undefined;
    const fresh = [...this.#fresh.values()];
    const news = new Set(fresh.map(({ subject }) => subject));
    const isShown = (subject: string, entry: Entry) =>
      isOpen(entry) || news.has(subject) || this.#unmuted.has(subject) || this.#recovered.has(subject);
    const shown = [...this.#entries].filter(([subject, entry]) => entry.told && isShown(subject, entry));
    const entries = shown.map(([, entry]) => entry).sort((one, other) => one.at - other.at);
    const recovered = [...this.#recovered.keys()].flatMap((subject) => this.#entries.get(subject) ?? []);
    const thread = this.#thread();
    const ended = [...this.#recovered.values()].filter((incident) => incident !== undefined);
    const lead = leadOf(purpose, { entries, fresh, ended, kept: thread?.evidence !== undefined });
    return { purpose, thread, entries, fresh, recovered, lead, evidence: thread?.evidence };
  }

  #purpose(): Purpose | undefined {
    const { lastSentAt, reminders = 0 } = this.#record;
    const thread = this.#thread();
    const open = [...this.#entries.values()].filter((entry) => isOpen(entry) && entry.told);
    // What began and ended before anything was posted is one message, about something that has recovered.
    const lasting = [...this.#fresh.values()].some(({ subject }) => this.#entries.get(subject)?.phase !== "resolved");
    if (lasting || this.#unmuted.size > 0) return thread === undefined ? "open" : "update";
    if (this.#recovered.size > 0) {
      if (thread === undefined) return "open";
      return open.length === 0 ? "recover" : "update";
    }
    if (this.#acknowledged && thread !== undefined) return "acknowledge";
    const due =
      lastSentAt > 0 && this.#policy.now - lastSentAt >= this.#policy.repeatAfterMs * 2 ** Math.min(reminders, rarer);
    return due && this.#isHeard() ? "remind" : undefined;
  }

  /** Whether something is open that is not muted meanwhile. */
  #isHeard(): boolean {
    return [...this.#entries].some(
      ([subject, entry]) => isOpen(entry) && entry.told && !this.#policy.isMuted({ subject, severity: entry.severity }),
    );
  }

  #isLasting(thread: Thread | undefined, purpose: Purpose | undefined): boolean {
    const entries = [...this.#entries.values()].filter(({ told }) => told);
    if (entries.some(isOpen)) return true;
    if (thread === undefined || purpose === "recover") return false;
    const recent = this.#policy.now - thread.openedAt < noticeThreadMs;
    return recent && entries.some(({ phase, at }) => phase === "notice" && at >= thread.openedAt - noticeThreadMs);
  }

  #newThread(): Thread {
    return { reference: undefined, openedAt: this.#policy.now, shared: false };
  }
}
