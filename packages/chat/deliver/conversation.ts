import type { Message, Purpose } from "../decide/message.ts";
import { roadTestGroup } from "../incident/road-test.ts";
import type { Conversation } from "../receivers/receiver.ts";
import type { Content, Evidence, Thread } from "../record/record.ts";
import type { Outgoing } from "./outgoing.ts";

/** How a group's message relates to earlier ones. */
export function conversationOf({ purpose, thread, entries }: Message, group: string): Outgoing["conversation"] {
  const began = Math.min(...entries.map(({ since }) => since));
  return {
    manner: mannerOf(purpose, thread, group),
    broadcast: purpose !== "recover" && purpose !== "acknowledge",
    reference: thread?.reference,
    part: thread?.shared === true,
    key: `${group.replaceAll(/[^\w-]+/g, "-")}-${began}`,
  };
}

function mannerOf(purpose: Purpose, thread: Thread | undefined, group: string): Conversation["manner"] {
  if (purpose === "open") return "begin";
  const isSaidAbove = purpose === "recover" || purpose === "acknowledge";
  if (!isSaidAbove || thread?.shared !== false) return "reply";
  return group === roadTestGroup ? "close" : "rewrite";
}

/** What the first message of a conversation shows is kept; later ones leave it. */
export function withEvidence(
  next: Content,
  { purpose }: Message,
  { facts, chart, log, links, runbook }: Evidence,
): Content {
  if (next.thread === undefined || purpose !== "open") return next;
  const evidence = { facts: facts.slice(0, factsKept), chart, log, links, runbook };
  return { ...next, thread: { ...next.thread, evidence } };
}

const factsKept = 12;

/** What the chat calls the first message of a conversation is known once it was said. */
export function withReference(
  next: Content,
  { manner }: Pick<Conversation, "manner">,
  reference: string | undefined,
): Content {
  return next.thread === undefined || manner !== "begin" ? next : { ...next, thread: { ...next.thread, reference } };
}
