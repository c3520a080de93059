import type { ChatLog } from "../chat-page/chat-log.ts";
import { type ChatVendor, jsonOf, plain, retryAfter } from "../chat-page/exchange.ts";
import type { Rate } from "../chat-page/rate.ts";
import { readSlackMessage } from "./message.ts";

/**
 * Slack's incoming webhooks: words for answers, and no message id.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
 */
export function slackWebhook(log: ChatLog, path: string, rate: Rate): ChatVendor {
  return {
    failures: {
      throttle: plain(429, "rate_limited"),
      error: plain(500, "rollup_error"),
      forbid: plain(404, "no_service"),
      lie: plain(200, "<html>Sign in to the guest network</html>"),
    },
    answer({ method, url, body }) {
      if (url.pathname !== path) return plain(403, "invalid_token");
      const payload = method === "POST" ? jsonOf(body) : undefined;
      const reading = readSlackMessage(payload);
      if (reading.kind === "error") {
        return plain(400, reading.error === "msg_blocks_too_long" ? "invalid_blocks" : reading.error);
      }
      if (!rate.take()) return plain(429, "rate_limited", retryAfter(1));
      const id = `webhook-${log.accepted}`;
      log.post({ chat: "slack-webhook", id, thread: id, reply: false, payload });
      return plain(200, "ok");
    },
  };
}
