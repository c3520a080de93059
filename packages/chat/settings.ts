import * as v from "valibot";
import { severities, weekdays } from "#fleet/definition.ts";

const Services = v.optional(v.array(v.string()));
const Severities = v.optional(v.array(v.picklist(severities)));

/** What the function gets from the map: `ChatPlan`, and where it runs. */
export const ChatSettings = v.object({
  stage: v.string(),
  region: v.string(),
  account: v.optional(v.string()),
  destinations: v.record(
    v.string(),
    v.variant("receiver", [
      v.object({ receiver: v.picklist(["slack-webhook", "teams", "google-chat"]), key: v.string() }),
      v.object({
        receiver: v.literal("slack-bot"),
        key: v.string(),
        channel: v.string(),
        apiKey: v.optional(v.string()),
      }),
      v.object({ receiver: v.picklist(["pagerduty", "opsgenie"]), key: v.string(), apiKey: v.optional(v.string()) }),
      v.object({ receiver: v.literal("webhook"), key: v.string(), signingKey: v.string() }),
      v.object({ receiver: v.literal("email"), topicArn: v.string() }),
    ]),
  ),
  routes: v.array(
    v.object({
      to: v.array(v.string()),
      services: Services,
      severities: Severities,
      mention: v.optional(v.record(v.picklist(severities), v.optional(v.array(v.string())))),
    }),
  ),
  mutes: v.array(
    v.object({
      reason: v.string(),
      from: v.string(),
      until: v.string(),
      days: v.optional(v.array(v.picklist(weekdays))),
      timeZone: v.optional(v.string()),
      services: Services,
      severities: Severities,
    }),
  ),
  repeatAfterHours: v.number(),
  runbookUrl: v.optional(v.string()),
  consoleUrl: v.optional(v.string()),
  buttons: v.optional(v.boolean()),
});
export type ChatSettings = v.InferOutput<typeof ChatSettings>;
