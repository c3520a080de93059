import { createHmac } from "node:crypto";
import type { Card } from "../card/card.ts";
import { plain } from "../card/prose.ts";
import { harmless } from "../text/harmless.ts";
import { failureOf, isAnswering } from "./http.ts";
import type { Receiver } from "./receiver.ts";
import { shortened, withLines } from "./shortened.ts";
import { pagerLines } from "./words.ts";

const limit = 200_000;

/**
 * A webhook of one's own: each message as JSON, signed. `x-mcp-fleet-signature` is `v1=` and the HMAC-SHA256 of
 * `<x-mcp-fleet-timestamp>.<body>` in hex: a receiver compares it in constant time, and refuses what is older than five
 * minutes. `key` is the same for all messages of a conversation, `manner` says what a message is in it; one that comes
 * with the `id` of an earlier one repeats that.
 */
export const webhook: Receiver = {
  repeats: "shown",
  isAnswering: ({ secret }, http) => isAnswering(http, secret),
  async deliver(card, { manner, reference, key, id }, { secret, signing }, http) {
    if (signing === undefined) return { kind: "refused", reason: "the webhook has no key to sign with" };
    const conversation = reference ?? key;
    const body = shortened(withLines(card, pagerLines), limit, (version) => ({
      version: 1,
      id,
      key: conversation,
      manner,
      ...messageOf(version),
    }));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac("sha256", signing.reveal()).update(`${timestamp}.${body}`).digest("hex");
    const headers = { "x-mcp-fleet-timestamp": timestamp, "x-mcp-fleet-signature": `v1=${signature}` };
    const failure = failureOf(await http({ url: secret, body, headers }));
    return failure ?? { kind: "accepted", reference: conversation };
  },
};

function messageOf({ tone, title, status, lines, unlisted, facts, log, links, footer }: Card) {
  return {
    tone,
    title: harmless(title),
    status: harmless(plain(status)),
    lines: lines.map((line) => ({ tone: line.tone, text: harmless(plain(line.text)) })),
    unlisted,
    facts: facts.map(({ name, value }) => ({ name: harmless(name), value: harmless(value) })),
    log: log.map(harmless),
    links: links.map(({ label, url }) => ({ label: harmless(label), url })),
    footer: harmless(footer),
  };
}
