import type { Message, Purpose } from "../decide/message.ts";
import { roadTestGroup } from "../incident/road-test.ts";
import type { Conversation } from "../receivers/receiver.ts";
import type { Evidence, GroupRecord, Thread } from "../record/record.ts";

/** How a group's message relates to earlier ones. */
export function conversationOf({ purpose, thread, entries }: Message, group: string): Conversation {
  const began = Math.min(...entries.map(({ since }) => since));
  return {
    manner: mannerOf(purpose, thread, group),
    broadcast: purpose !== "recover" && purpose !== "acknowledge",
    reference: thread?.reference,
    key: `${group.replaceAll(/[^\w-]+/g, "-")}-${began}`,
  };
}

function mannerOf(purpose: Purpose, thread: Thread | undefined, group: string): Conversation["manner"] {
  if (purpose === "open") return "begin";
  const isSaidAbove = purpose === "recover" || purpose === "acknowledge";
  if (!isSaidAbove || thread?.shared !== false) return "reply";
  return group === roadTestGroup ? "close" : "rewrite";
}

/** The first message of a conversation sets its reference, and what it showed is kept; later ones keep both. */
export function withFirst(
  next: GroupRecord,
  { purpose }: Message,
  reference: string | undefined,
  { facts, chart, log, links, runbook }: Evidence,
): GroupRecord {
  if (next.thread === undefined || purpose !== "open") return next;
  const evidence = { facts: facts.slice(0, factsKept), chart, log, links, runbook };
  return { ...next, thread: { ...next.thread, reference, evidence } };
}

const factsKept = 12;
