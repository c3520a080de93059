import type { ChatDestination } from "./definition/chat.ts";

interface Addressees {
  readonly id: RegExp;
  readonly means: string;
}

const slack: Addressees = {
  id: /^(?:[UWS][A-Z0-9]{7,20}|here|channel|everyone)$/,
  means: "U…, S…, here, channel or everyone in Slack",
};
/** Who is paged is decided there. */
const nobody = (chat: string): Addressees => ({ id: /^(?!)/, means: `nobody in ${chat}` });

/**
 * Whom each chat can call, by its own ids: a Slack user, group or everyone here; a person in Teams by address or id;
 * a user of Google Chat, or all of a space. No id means something in two of them.
 */
export const addressees: Readonly<Record<ChatDestination["receiver"], Addressees>> = {
  "slack-bot": slack,
  "slack-webhook": slack,
  teams: {
    id: /^(?:[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i,
    means: "an address such as person@example.com in Teams",
  },
  "google-chat": { id: /^users\/(?:all|\d{5,30})$/, means: "users/… or users/all in Google Chat" },
  pagerduty: nobody("PagerDuty, whose escalation policies do"),
  opsgenie: nobody("Opsgenie, whose escalations do"),
  webhook: nobody("a webhook"),
  email: nobody("a mail, which its addresses get"),
};

/** Whether a chat can call it. */
export function addressee(receiver: ChatDestination["receiver"], id: string): boolean {
  return addressees[receiver].id.test(id);
}
