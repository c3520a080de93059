import type { ChatSettings } from "../settings.ts";

/** A receiver as people call it. */
export const receiverTitles: Readonly<Record<ChatSettings["destinations"][string]["receiver"], string>> = {
  "slack-bot": "Slack bot",
  "slack-webhook": "Slack webhook",
  teams: "Microsoft Teams",
  "google-chat": "Google Chat",
  pagerduty: "PagerDuty",
  opsgenie: "Opsgenie",
  webhook: "webhook",
  email: "e-mail",
};
