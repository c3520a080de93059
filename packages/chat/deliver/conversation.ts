import type { Message, Purpose } from "../decide/decide.ts";
import { roadTestGroup } from "../incident/road-test.ts";
import type { Conversation } from "../receivers/receiver.ts";
import type { GroupRecord, Thread } from "../record/record.ts";

/** How a group's message relates to earlier ones. */
export function conversationOf({ purpose, thread, entries }: Message, group: string): Conversation {
  const began = Math.min(...entries.map(({ since }) => since));
  return {
    manner: mannerOf(purpose, thread, group),
    broadcast: purpose !== "recover",
    reference: thread?.reference,
    key: `${group.replaceAll(/[^\w-]+/g, "-")}-${began}`,
  };
}

function mannerOf(purpose: Purpose, thread: Thread | undefined, group: string): Conversation["manner"] {
  if (purpose === "open") return "begin";
  if (purpose !== "recover" || thread?.shared !== false) return "reply";
  return group === roadTestGroup ? "close" : "rewrite";
}

/** The first message of a conversation sets its reference; later ones keep it. */
export function withReference(next: GroupRecord, { purpose }: Message, reference: string | undefined): GroupRecord {
  if (next.thread === undefined || purpose !== "open") return next;
  return { ...next, thread: { ...next.thread, reference } };
}
