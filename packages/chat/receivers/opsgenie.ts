import * as v from "valibot";
import type { Card, Tone } from "../card/card.ts";
import { clip } from "../text/clip.ts";
import { harmless } from "../text/harmless.ts";
import { failureOf, isAnswering } from "./http.ts";
import type { Receiver } from "./receiver.ts";
import { Secret } from "./secret.ts";
import { shortened, withLines } from "./shortened.ts";
import { isForPagers, pagerLines, wordsOf } from "./words.ts";

/** In Europe: https://api.eu.opsgenie.com. */
const defaultApi = "https://api.opsgenie.com";
/** https://docs.opsgenie.com/docs/alert-api: what is longer is cut there, without a word. */
const messageLimit = 130;
const descriptionLimit = 15_000;
const limit = 30_000;

const priorities: Readonly<Record<Tone, string>> = { critical: "P1", warning: "P3", good: "P5", info: "P5" };

const Accepted = v.pipe(v.string(), v.parseJson(), v.object({ result: v.string(), requestId: v.string() }));

/** Opsgenie's alerts: one a conversation, by its alias, which its end closes. What went well alerts nobody. */
export const opsgenie: Receiver = {
  repeats: "merged",
  alerts: true,
  isAnswering: ({ api = defaultApi }, http) => isAnswering(http, new Secret(`${api}/v2/alerts`)),
  async deliver(card, { reference, key, part }, { secret, api = defaultApi }, http) {
    const alias = clip(reference ?? key, 512);
    // The others of a storm still last when one of them is over, or taken.
    if (part && (card.tone === "good" || card.taken !== undefined)) return { kind: "accepted", reference: alias };
    if (!isForPagers(card)) return { kind: "accepted", reference: alias };
    const over = card.tone === "good";
    const verb = over ? "close" : card.taken === undefined ? undefined : "acknowledge";
    const path = `/v2/alerts${verb === undefined ? "" : `/${encodeURIComponent(alias)}/${verb}?identifierType=alias`}`;
    const body = shortened(withLines(card, pagerLines), limit, (version) =>
      verb === undefined ? alertOf(version, alias) : noteOf(version),
    );
    const outcome = await http({ url: new Secret(`${api}${path}`), body, token: secret, scheme: "GenieKey" });
    const failure = failureOf(outcome);
    if (failure !== undefined) return failure;
    return v.is(Accepted, outcome.kind === "answer" ? outcome.body : "")
      ? { kind: "accepted", reference: alias }
      : { kind: "retry", reason: "a success without Opsgenie's: something else answers at this address" };
  },
};

function alertOf(card: Card, alias: string) {
  const links = card.links.map(({ label, url }) => `${label}: ${url}`);
  return {
    message: clip(harmless(card.title), messageLimit),
    alias,
    description: clip([harmless(card.title), wordsOf(card), ...links].join("\n"), descriptionLimit),
    priority: priorities[card.tone],
    source: clip(harmless(card.footer), 100),
  };
}

function noteOf(card: Card) {
  return { note: clip(wordsOf(card), descriptionLimit), source: clip(harmless(card.footer), 100) };
}
