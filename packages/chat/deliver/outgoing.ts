import * as v from "valibot";
import type { Card } from "../card/card.ts";
import type { Conversation } from "../receivers/receiver.ts";

const Prose = v.array(v.union([v.string(), v.object({ at: v.number(), text: v.string(), dated: v.boolean() })]));
const tone = v.picklist(["critical", "warning", "good", "info"]);
const optionalText = v.optional(v.string());

const Outgoing = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    card: v.object({
      tone,
      title: v.string(),
      status: Prose,
      lines: v.array(v.object({ tone, text: Prose })),
      unlisted: v.number(),
      facts: v.array(v.object({ name: v.string(), value: v.string() })),
      chart: v.optional(v.object({ label: v.string(), line: v.string() })),
      log: v.array(v.string()),
      links: v.array(v.object({ label: v.string(), url: v.string() })),
      runbook: optionalText,
      footer: v.string(),
      fallback: v.string(),
      lasting: v.boolean(),
      mention: v.array(v.string()),
      handle: v.optional(v.object({ group: v.string(), mutable: v.boolean(), seenAt: v.number() })),
      taken: v.optional(v.object({ by: v.string(), at: v.number(), silentUntil: v.optional(v.number()) })),
    }),
    conversation: v.object({
      manner: v.picklist(["begin", "reply", "rewrite", "refresh", "close"]),
      broadcast: v.boolean(),
      reference: optionalText,
      part: v.optional(v.boolean()),
      key: v.string(),
    }),
  }),
);

/** A message as it is sent, and sent again: a chat that merges repetitions wants them to be the same. */
export interface Outgoing {
  readonly card: Card;
  readonly conversation: Omit<Conversation, "id">;
}

/** `undefined` where another version of the fleet wrote it. */
export function readOutgoing(text: string): Outgoing | undefined {
  const read = v.safeParse(Outgoing, text);
  if (!read.success) return undefined;
  const { card, conversation } = read.output;
  return {
    card: { ...card, chart: card.chart, runbook: card.runbook },
    conversation: { ...conversation, reference: conversation.reference },
  };
}

export function writeOutgoing(outgoing: Outgoing): string {
  return JSON.stringify(outgoing);
}
