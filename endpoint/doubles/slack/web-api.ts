import * as v from "valibot";
import type { ChatLog } from "../chat-page/chat-log.ts";
import { type ChatAnswer, type ChatVendor, json, jsonOf, retryAfter } from "../chat-page/exchange.ts";
import type { Rate } from "../chat-page/rate.ts";
import { readSlackMessage } from "./message.ts";

const Call = v.object({
  channel: v.optional(v.string()),
  ts: v.optional(v.string()),
  thread_ts: v.optional(v.string()),
  reply_broadcast: v.optional(v.boolean()),
});

export interface SlackWorkspace {
  readonly token: string;
}

/** Whichever channel the map names: the bot of this workspace is a member of each. */
const channelId = /^[CG][A-Z0-9]{8,}$/;

/**
 * `chat.postMessage`, `chat.update` and `auth.test`: what goes wrong is a 200 too.
 * https://docs.slack.dev/reference/methods/chat.postMessage
 */
export function slackWebApi(log: ChatLog, workspace: SlackWorkspace, rate: Rate): ChatVendor {
  let clock = Math.floor(Date.now() / 1000);

  function post(payload: unknown, { channel, thread_ts }: v.InferOutput<typeof Call>): ChatAnswer {
    if (!rate.take()) return json(429, { ok: false, error: "ratelimited" }, retryAfter(1));
    clock += 1;
    const ts = `${clock}.000100`;
    log.post({ chat: "slack-bot", id: ts, thread: thread_ts ?? ts, reply: thread_ts !== undefined, payload });
    return json(200, { ok: true, channel, ts, message: { type: "message", ts } });
  }

  function update(payload: unknown, { channel, ts = "" }: v.InferOutput<typeof Call>): ChatAnswer {
    const found = log.edit("slack-bot", ts, payload);
    return found ? json(200, { ok: true, channel, ts }) : no("message_not_found");
  }

  return {
    failures: {
      throttle: json(429, { ok: false, error: "ratelimited" }),
      error: { status: 500, body: "" },
      forbid: no("account_inactive"),
      lie: no("internal_error"),
    },
    answer({ url, headers, body }) {
      if (url.pathname.endsWith("/auth.test")) {
        return headers.authorization === `Bearer ${workspace.token}` ? json(200, { ok: true }) : no("invalid_auth");
      }
      const refusal = refusalOf(headers.authorization, body, workspace);
      if (refusal !== undefined) return no(refusal);
      const payload = jsonOf(body);
      const call = v.parse(Call, payload);
      const method = url.pathname.split("/").at(-1);
      if (method === "chat.postMessage") return post(payload, call);
      return method === "chat.update" ? update(payload, call) : no("unknown_method");
    },
  };
}

const no = (error: string): ChatAnswer => json(200, { ok: false, error });

function refusalOf(authorization: string | undefined, body: string, { token }: SlackWorkspace): string | undefined {
  if (authorization === undefined) return "not_authed";
  if (authorization !== `Bearer ${token}`) return "invalid_auth";
  const payload = jsonOf(body);
  const call = v.safeParse(Call, payload);
  if (!call.success) return "invalid_arguments";
  if (!channelId.test(call.output.channel ?? "")) return "channel_not_found";
  const reading = readSlackMessage(payload);
  if (reading.kind === "message") return undefined;
  return reading.error === "invalid_payload" ? "invalid_arguments" : reading.error;
}
