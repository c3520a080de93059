import { alarmOf } from "#chat/decide/mute.ts";
import { matches } from "#chat/decide/route.ts";
import { type Entry, type GroupRecord, isOpen, isUnsaid } from "#chat/record/record.ts";
import type { ChatPlan } from "#fleet";
import type { Hearing, Message, Origin } from "../model/chat.ts";

/** What one destination has accepted, by conversation. */
export type Told = ReadonlyMap<string, GroupRecord>;

/** A record keeps a hundred ended things; showing them all would crowd out the rest. */
const shown = 50;

interface Heard {
  readonly chat: string;
  readonly group: string;
  readonly entry: Entry;
}

/**
 * One message for each thing, from the records of every destination: what went to several chats appears once.
 *
 * @param told by destination
 * @param queued whether anything is on its way: what a chat lacks then may still come
 */
export function messagesOf(plan: ChatPlan, told: ReadonlyMap<string, Told>, queued: boolean): readonly Message[] {
  const bySubject = new Map<string, Heard[]>();
  for (const [chat, records] of told) {
    for (const [group, { entries }] of records) {
      for (const [subject, entry] of Object.entries(entries)) {
        const known = bySubject.get(subject);
        if (known === undefined) bySubject.set(subject, [{ chat, group, entry }]);
        else known.push({ chat, group, entry });
      }
    }
  }
  const messages = [...bySubject].flatMap(([subject, heard]) => messageOf(subject, heard, plan, queued));
  const rank = ({ phase }: Message) => (phase === "firing" || phase === "no-data" ? 0 : 1);
  return messages.toSorted((a, b) => rank(a) - rank(b) || b.at - a.at).slice(0, shown);
}

function messageOf(subject: string, heard: readonly Heard[], plan: ChatPlan, queued: boolean): readonly Message[] {
  const newest = heard.toSorted((a, b) => b.entry.at - a.entry.at)[0];
  if (newest === undefined || isUnsaid(newest.entry)) return [];
  const { group, entry } = newest;
  const { phase, headline, since, at } = entry;
  const hearings = Object.keys(plan.destinations).flatMap((chat): Hearing[] => {
    const own = heard.find((one) => one.chat === chat)?.entry;
    if (own?.change === entry.change) return [{ chat, state: own.told ? "told" : "muted" }];
    return queued && isDue(plan, chat, group, entry, own) ? [{ chat, state: "waits" }] : [];
  });
  return [
    {
      subject,
      group,
      origin: originOf(subject),
      phase: phase === "resolved" ? "recovered" : phase === "flapping" ? "firing" : phase,
      headline,
      since,
      at,
      heard: hearings,
    },
  ];
}

/** Whether a chat is still to get what another already has: its routes lead there, or it has the beginning. */
function isDue(plan: ChatPlan, chat: string, group: string, entry: Entry, own: Entry | undefined): boolean {
  if (own !== undefined) return isOpen(own) || isOpen(entry) || entry.phase === "notice";
  return plan.routes.some((route) => route.to.includes(chat) && matches(route, group, entry.severity));
}

/** Subjects are made in `packages/chat/parse`. */
function originOf(subject: string): Origin {
  const alarm = alarmOf(subject);
  if (alarm !== undefined) return { kind: "alarm", name: alarm };
  const [kind, ...rest] = subject.split(":");
  const about = rest.join(":");
  switch (kind) {
    case "deployment":
      return { kind: "deployment" };
    case "task":
      return { kind: "task", id: about.slice(about.lastIndexOf("/") + 1) };
    case "rotation":
      return { kind: "rotation", secret: about };
    default:
      return { kind: "other" };
  }
}
