import { googleChat } from "./google-chat.ts";
import type { Receiver } from "./receiver.ts";
import { slackBot } from "./slack-bot.ts";
import { slackWebhook } from "./slack-webhook.ts";
import { teams } from "./teams.ts";

/** A new chat is one more file here, and one entry below. */
export const receivers = {
  "slack-webhook": slackWebhook,
  "slack-bot": slackBot,
  teams,
  "google-chat": googleChat,
} as const satisfies Readonly<Record<string, Receiver>>;

export type ReceiverName = keyof typeof receivers;
