import { failureOf } from "./http.ts";
import type { Receiver } from "./receiver.ts";
import { shortened, withLines } from "./shortened.ts";
import { slackLimit, slackLines, slackMessage } from "./slack-blocks.ts";

/**
 * Slack's incoming webhooks. They return no message id: each message stands alone.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export const slackWebhook: Receiver = {
  repeats: "shown",
  // It finds the webhook, and says that there is nothing to post.
  isAnswering: async ({ secret }, http) => failureOf(await http({ url: secret, body: "{}" }))?.kind === "refused",
  async deliver(card, { manner }, { secret }, http) {
    if (manner === "close") return { kind: "accepted", reference: undefined };
    const outcome = await http({ url: secret, body: shortened(withLines(card, slackLines), slackLimit, slackMessage) });
    const failure = failureOf(outcome);
    if (failure !== undefined) return failure;
    const said = outcome.kind === "answer" ? outcome.body.trim() : "";
    return said === "ok"
      ? { kind: "accepted", reference: undefined }
      : { kind: "retry", reason: "a success without Slack's ok: something else answers at this address" };
  },
};
