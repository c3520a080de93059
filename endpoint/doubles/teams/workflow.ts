import * as v from "valibot";
import type { ChatLog } from "../chat-page/chat-log.ts";
import { type ChatVendor, json, jsonOf } from "../chat-page/exchange.ts";

/** The newest version Teams shows in a flow's card. */
export const AdaptiveCard = v.object({
  type: v.literal("AdaptiveCard"),
  version: v.picklist(["1.0", "1.1", "1.2", "1.3", "1.4"]),
  body: v.array(v.looseObject({ type: v.string() })),
  msteams: v.optional(v.looseObject({})),
  actions: v.optional(v.array(v.object({ type: v.literal("Action.OpenUrl"), title: v.string(), url: v.string() }))),
});
export const TeamsMessage = v.object({
  type: v.literal("message"),
  attachments: v.pipe(
    v.array(
      v.object({
        contentType: v.literal("application/vnd.microsoft.card.adaptive"),
        contentUrl: v.optional(v.null()),
        content: AdaptiveCard,
      }),
    ),
    v.minLength(1),
  ),
});

/** https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: 28 KB. */
const cardLimit = 28_672;

const no = (status: number, code: string, message: string) => json(status, { error: { code, message } });

/**
 * A Teams workflow that posts what it receives. The 202 comes first: what it cannot post is dropped silently,
 * and counted here.
 */
export function teamsWorkflow(log: ChatLog, path: string, onDropped: () => void): ChatVendor {
  return {
    failures: {
      throttle: no(429, "WorkflowTriggerRequestsThrottled", "Rate limit is exceeded."),
      error: no(500, "InternalServerError", "Encountered internal server error."),
      forbid: no(400, "WorkflowTriggerIsNotEnabled", "The workflow's trigger is disabled."),
      lie: {
        status: 200,
        body: "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
      },
    },
    answer({ url, method, body }) {
      if (`${url.pathname}${url.search}` !== path) {
        return no(404, "WorkflowNotFound", "The workflow could not be found.");
      }
      if (method !== "POST") return no(400, "InvalidRequestContent", "The request is not valid.");
      const payload = jsonOf(body);
      if (!v.is(TeamsMessage, payload) || Buffer.byteLength(body) > cardLimit) onDropped();
      else {
        const id = `teams-${log.accepted}`;
        log.post({ chat: "teams", id, thread: id, reply: false, payload });
      }
      return { status: 202, body: "" };
    },
  };
}
