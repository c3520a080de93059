import * as v from "valibot";
import { type Card, keptNote } from "../card/card.ts";
import type { Delivery } from "./delivery.ts";
import { failureOf, type Http } from "./http.ts";
import type { Address, Conversation, Receiver } from "./receiver.ts";
import { Secret } from "./secret.ts";
import { shortened, withLines } from "./shortened.ts";
import { slackLimit, slackLines, slackMessage } from "./slack-blocks.ts";

const defaultApi = "https://slack.com/api";

/** Failures are a 200 as well. https://docs.slack.dev/apis/web-api/#responses */
const Answer = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.object({ ok: v.literal(true), ts: v.string(), channel: v.optional(v.string()) }),
    v.object({ ok: v.literal(false), error: v.string() }),
  ]),
);

/** https://docs.slack.dev/reference/methods/auth.test */
const Alive = v.pipe(v.string(), v.parseJson(), v.object({ ok: v.literal(true) }));

/** https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const passing = new Set([
  "ratelimited",
  "rate_limited",
  "message_limit_exceeded",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
]);

/** "It's possible some aspect of the operation succeeded before the error was raised." */
const perhaps = new Set(["fatal_error", "internal_error"]);

/** The original can no longer be edited: it was deleted, or the workspace allows no edits. */
const notEditable = new Set(["message_not_found", "cant_update_message", "edit_window_closed", "update_failed"]);

/** Slack with a bot token: updates reply to the first message of a conversation, which is rewritten at its end. */
export const slackBot: Receiver = {
  repeats: "shown",
  async isAnswering({ secret, api = defaultApi }, http) {
    const outcome = await http({ url: new Secret(`${api}/auth.test`), token: secret, body: "{}" });
    return failureOf(outcome) === undefined && v.is(Alive, outcome.kind === "answer" ? outcome.body : "");
  },
  async deliver(card, conversation, address, http) {
    const { manner, reference: ts } = conversation;
    if (ts === undefined || manner === "begin") return call("chat.postMessage", {}, card, address, http);
    if (manner === "reply") return answer(ts, conversation, card, address, http);
    const edited = await call("chat.update", { ts }, card, address, http);
    const gone = edited.kind === "refused" && notEditable.has(edited.reason);
    if (gone) return answer(ts, { ...conversation, broadcast: true }, card, address, http);
    // An edit notifies nobody: whoever follows the conversation gets an answer. Repeated, the edit changes nothing.
    const told = edited.kind === "accepted" && manner === "rewrite";
    return told ? answer(ts, conversation, withoutEvidence(card), address, http) : edited;
  },
};

/** What the rewritten message shows above is not shown again below it. */
function withoutEvidence(card: Card): Card {
  const status = card.status.filter((part) => part !== keptNote);
  return { ...card, status, facts: [], chart: undefined, log: [], links: [], handle: undefined };
}

async function answer(
  ts: string,
  { broadcast }: Conversation,
  card: Card,
  address: Address,
  http: Http,
): Promise<Delivery> {
  const thread = { thread_ts: ts, reply_broadcast: broadcast };
  const delivery = await call("chat.postMessage", thread, card, address, http);
  // The conversation goes on under its first message, not under this one.
  return delivery.kind === "accepted" ? { ...delivery, reference: ts } : delivery;
}

async function call(
  method: "chat.postMessage" | "chat.update",
  fields: Readonly<Record<string, string | boolean>>,
  card: Card,
  { secret, channel, api = defaultApi }: Address,
  http: Http,
): Promise<Delivery> {
  const body = shortened(withLines(card, slackLines), slackLimit, (version) => ({
    channel,
    unfurl_links: false,
    ...slackMessage(version),
    ...fields,
  }));
  const outcome = await http({ url: new Secret(`${api}/${method}`), token: secret, body });
  const failure = failureOf(outcome);
  if (failure !== undefined) return failure;
  const parsed = v.safeParse(Answer, outcome.kind === "answer" ? outcome.body : "");
  if (!parsed.success)
    return { kind: "retry", reason: "a success response that is not Slack's: something else answers there" };
  if (parsed.output.ok) return { kind: "accepted", reference: parsed.output.ts };
  const { error } = parsed.output;
  if (perhaps.has(error)) return { kind: "unknown", reason: error };
  return passing.has(error) ? { kind: "retry", reason: error } : { kind: "refused", reason: error };
}
