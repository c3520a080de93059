import * as v from "valibot";
import type { ChatLog } from "../chat-page/chat-log.ts";
import { type ChatAnswer, type ChatRequest, type ChatVendor, json, jsonOf } from "../chat-page/exchange.ts";
import type { Rate } from "../chat-page/rate.ts";

export const GoogleMessage = v.object({
  text: v.optional(v.string()),
  thread: v.optional(v.object({ threadKey: v.optional(v.string()), name: v.optional(v.string()) })),
  cardsV2: v.optional(
    v.array(
      v.object({
        cardId: v.optional(v.string()),
        card: v.object({
          header: v.optional(v.object({ title: v.string(), subtitle: v.optional(v.string()) })),
          sections: v.array(v.object({ widgets: v.pipe(v.array(v.looseObject({})), v.minLength(1)) })),
        }),
      }),
    ),
  ),
});

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages: text and cards together. */
const messageLimit = 32_000;

const no = (code: number, status: string, message: string) => json(code, { error: { code, message, status } });
const exhausted = no(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).");

interface Space {
  readonly space: string;
  readonly key: string;
  readonly token: string;
}

/** `POST /v1/spaces/<space>/messages?key=…&token=…` of one space. A throttled webhook does not learn for how long. */
export function googleChatSpace(log: ChatLog, { space, key, token }: Space, rate: Rate): ChatVendor {
  /** What each `requestId` created. */
  const created = new Map<string, ChatAnswer>();

  function refusalOf({ url, method, body }: ChatRequest): ChatAnswer | undefined {
    if (url.pathname !== `/v1/spaces/${space}/messages` || method !== "POST") return no(404, "NOT_FOUND", "Not found.");
    if (url.searchParams.get("key") !== key) return no(400, "INVALID_ARGUMENT", "API key not valid.");
    if (url.searchParams.get("token") !== token) return no(401, "UNAUTHENTICATED", "The token is not valid.");
    return Buffer.byteLength(body) > messageLimit ? no(400, "INVALID_ARGUMENT", "Message is too long.") : undefined;
  }

  return {
    failures: {
      throttle: exhausted,
      error: no(500, "INTERNAL", "Internal error encountered."),
      forbid: no(404, "NOT_FOUND", "The webhook was not found."),
      lie: { status: 200, body: "<html></html>" },
    },
    answer(request) {
      const refusal = refusalOf(request);
      if (refusal !== undefined) return refusal;
      const payload = jsonOf(request.body);
      const parsed = v.safeParse(GoogleMessage, payload);
      if (!parsed.success) return no(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
      if (!rate.take()) return exhausted;
      const requestId = request.url.searchParams.get("requestId");
      const before = requestId === null ? undefined : created.get(requestId);
      if (before !== undefined) return before;
      const id = `spaces/${space}/messages/${log.accepted}`;
      const keyed = request.url.searchParams.has("messageReplyOption");
      const thread = (keyed ? parsed.output.thread?.threadKey : undefined) ?? id;
      const reply = log.list("google-chat").some((message) => message.thread === thread);
      log.post({ chat: "google-chat", id, thread, reply, payload });
      const name = `spaces/${space}`;
      const answer = json(200, { name: id, thread: { name: `${name}/threads/${thread}` }, space: { name } });
      if (requestId !== null) created.set(requestId, answer);
      return answer;
    },
  };
}
