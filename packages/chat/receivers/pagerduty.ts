import * as v from "valibot";
import type { Card, Tone } from "../card/card.ts";
import { clip } from "../text/clip.ts";
import { harmless } from "../text/harmless.ts";
import { failureOf, isAnswering } from "./http.ts";
import type { Receiver } from "./receiver.ts";
import { Secret } from "./secret.ts";
import { shortened, withLines } from "./shortened.ts";
import { isForPagers, pagerLines, wordsOf } from "./words.ts";

/** In the service region in Europe: https://events.eu.pagerduty.com. */
const defaultApi = "https://events.pagerduty.com";
/** https://developer.pagerduty.com/docs/send-alert-event: 512 KB, and 1,024 characters of a summary. */
const limit = 400_000;
const summaryLimit = 1_000;

const severities: Readonly<Record<Tone, "critical" | "warning" | "info">> = {
  critical: "critical",
  warning: "warning",
  good: "info",
  info: "info",
};

const Accepted = v.pipe(v.string(), v.parseJson(), v.object({ status: v.literal("success") }));

/**
 * PagerDuty's Events API v2: one alert a conversation, which its end resolves. What went well alerts nobody.
 * https://developer.pagerduty.com/docs/events-api-v2-overview
 */
export const pagerDuty: Receiver = {
  repeats: "merged",
  alerts: true,
  isAnswering: ({ api = defaultApi }, http) => isAnswering(http, new Secret(`${api}/v2/enqueue`)),
  async deliver(card, { reference, key, part }, { secret, api = defaultApi }, http) {
    const dedupKey = reference ?? key;
    // The others of a storm still last when one of them is over, or taken.
    if (part && (card.tone === "good" || card.taken !== undefined)) return { kind: "accepted", reference: dedupKey };
    if (!isForPagers(card)) return { kind: "accepted", reference: dedupKey };
    const body = shortened(withLines(card, pagerLines), limit, (version) => ({
      routing_key: secret.reveal(),
      dedup_key: clip(dedupKey, 255),
      ...eventOf(version),
    }));
    const outcome = await http({ url: new Secret(`${api}/v2/enqueue`), body });
    const failure = failureOf(outcome);
    if (failure !== undefined) return failure;
    return v.is(Accepted, outcome.kind === "answer" ? outcome.body : "")
      ? { kind: "accepted", reference: dedupKey }
      : { kind: "retry", reason: "a success without PagerDuty's: something else answers at this address" };
  },
};

function eventOf(card: Card) {
  if (card.tone === "good") return { event_action: "resolve" };
  if (card.taken !== undefined) return { event_action: "acknowledge" };
  return {
    event_action: "trigger",
    payload: {
      summary: clip(harmless(card.title), summaryLimit),
      source: harmless(card.footer),
      severity: severities[card.tone],
      custom_details: { text: wordsOf(card) },
    },
    links: card.links.map(({ label, url }) => ({ href: url, text: harmless(label) })),
  };
}
