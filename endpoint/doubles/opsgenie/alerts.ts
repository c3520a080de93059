import * as v from "valibot";
import type { ChatLog } from "../chat-page/chat-log.ts";
import { type ChatAnswer, type ChatVendor, json, jsonOf } from "../chat-page/exchange.ts";
import type { Rate } from "../chat-page/rate.ts";

const Alert = v.object({
  message: v.pipe(v.string(), v.minLength(1), v.maxLength(130)),
  alias: v.optional(v.pipe(v.string(), v.maxLength(512))),
  description: v.optional(v.pipe(v.string(), v.maxLength(15_000))),
  priority: v.optional(v.picklist(["P1", "P2", "P3", "P4", "P5"])),
  source: v.optional(v.pipe(v.string(), v.maxLength(100))),
});

const no = (status: number, message: string) => json(status, { message, took: 0.001, requestId: "b6a6b0a4" });

/** Opsgenie's alerts: created, and closed by their alias. https://docs.opsgenie.com/docs/alert-api */
export function opsgenieAlerts(log: ChatLog, prefix: string, apiKey: string, rate: Rate): ChatVendor {
  const post = (thread: string, payload: unknown): ChatAnswer => {
    const reply = log.list("opsgenie").some((message) => message.thread === thread);
    log.post({ chat: "opsgenie", id: `opsgenie-${log.accepted}`, thread, reply, payload });
    return json(202, { result: "Request will be processed", took: 0.302, requestId: "43a29c5c" });
  };
  const create = (payload: unknown): ChatAnswer => {
    const alert = v.safeParse(Alert, payload);
    if (!alert.success) return no(422, "Request body is not processable. Please check the errors.");
    return post(alert.output.alias ?? `alert-${log.accepted}`, payload);
  };
  return {
    failures: {
      throttle: no(429, "You are making too many requests!"),
      error: no(500, "Internal Server Error"),
      forbid: no(401, "Could not authenticate"),
      lie: { status: 200, body: "<html>Sign in to the guest network</html>" },
    },
    answer({ method, url, headers, body }) {
      if (headers.authorization !== `GenieKey ${apiKey}`) return no(401, "Could not authenticate");
      if (method !== "POST") return no(405, "Method Not Allowed");
      if (!rate.take()) return no(429, "You are making too many requests!");
      const path = url.pathname.slice(prefix.length - 1);
      if (path === "/v2/alerts") return create(jsonOf(body));
      const alias = /^\/v2\/alerts\/([^/]+)\/close$/.exec(path)?.[1];
      const byAlias = url.searchParams.get("identifierType") === "alias";
      return alias !== undefined && byAlias
        ? post(decodeURIComponent(alias), { close: jsonOf(body) })
        : no(404, "Not Found");
    },
  };
}
