import { email } from "./email.ts";
import { googleChat } from "./google-chat.ts";
import { opsgenie } from "./opsgenie.ts";
import { pagerDuty } from "./pagerduty.ts";
import type { Receiver } from "./receiver.ts";
import { slackBot } from "./slack-bot.ts";
import { slackWebhook } from "./slack-webhook.ts";
import { teams } from "./teams.ts";
import { webhook } from "./webhook.ts";

/** A new chat is one more file here, and one entry below. */
export const receivers = {
  "slack-webhook": slackWebhook,
  "slack-bot": slackBot,
  teams,
  "google-chat": googleChat,
  pagerduty: pagerDuty,
  opsgenie,
  webhook,
  email,
} as const satisfies Readonly<Record<string, Receiver>>;

export type ReceiverName = keyof typeof receivers;
