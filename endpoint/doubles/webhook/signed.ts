import { createHmac, timingSafeEqual } from "node:crypto";
import type { ChatLog } from "../chat-page/chat-log.ts";
import { type ChatRequest, type ChatVendor, json, jsonOf } from "../chat-page/exchange.ts";

const oldestSeconds = 300;

/** A program of one's own that takes the fleet's messages: it checks what each receiver should check. */
export function signedWebhook(log: ChatLog, path: string, signingKey: string): ChatVendor {
  return {
    failures: {
      throttle: json(429, { error: "too many requests" }),
      error: json(500, { error: "internal" }),
      forbid: json(404, { error: "not_found" }),
      lie: { status: 503, body: "<html>Sign in to the guest network</html>" },
    },
    answer(request) {
      if (request.url.pathname !== path || request.method !== "POST") return json(404, { error: "not_found" });
      if (!isSigned(request, signingKey)) return json(401, { error: "bad_signature" });
      const payload = jsonOf(request.body);
      const id = `hook-${log.accepted}`;
      log.post({ chat: "webhook", id, thread: id, reply: false, payload });
      return { status: 204, body: "" };
    },
  };
}

function isSigned({ headers, body }: ChatRequest, key: string): boolean {
  const { "x-mcp-fleet-timestamp": timestamp, "x-mcp-fleet-signature": signature } = headers;
  if (typeof timestamp !== "string" || typeof signature !== "string") return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > oldestSeconds) return false;
  const wanted = Buffer.from(`v1=${createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex")}`);
  const given = Buffer.from(signature);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}
