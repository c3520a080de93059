import type { Card } from "../card/card.ts";
import type { Delivery } from "./delivery.ts";
import type { Http } from "./http.ts";
import type { Secret } from "./secret.ts";

/** Where a message goes, and the credential for it. */
export interface Address {
  /** A webhook's address, or a bot's token. */
  readonly secret: Secret;
  /** Slack bot only: the channel. */
  readonly channel?: string;
  /** Where the vendor's API is, if not at its own address. */
  readonly api?: string;
  /** E-mail only: how to send one. */
  readonly mail?: Mail;
  /** What a webhook of one's own is signed with. */
  readonly signing?: Secret;
}

/** Sends a mail to all who have subscribed. Never throws. */
export type Mail = (letter: { readonly subject: string; readonly text: string }) => Promise<Delivery>;

/** How a message relates to earlier ones. Each chat does what it can. */
export interface Conversation {
  /**
   * `begin` a conversation, or `reply` to its first message. `rewrite` the headline of that one, which keeps what else it
   * shows, and reply that it is over. `refresh` what it says: the reply is the message itself where it cannot be edited.
   * `close` it: rewrite or reply where the chat can, and post nothing where every message stands alone.
   */
  readonly manner: "begin" | "reply" | "rewrite" | "refresh" | "close";
  /** Whether a reply is also shown to people who do not follow the conversation. */
  readonly broadcast: boolean;
  /** The chat's id of the first message, where it gave one. */
  readonly reference: string | undefined;
  /** Whether it is only about a part of what the first message told of, such as one service of a storm. */
  readonly part?: boolean | undefined;
  /** The same for all messages of one conversation, and if its first is repeated. */
  readonly key: string;
  /** This message's own, a UUID: the same if it is repeated. */
  readonly id: string;
}

/** One kind of chat. Neither function throws, and no reason contains a secret. */
export interface Receiver {
  /** Whether people see once what is sent twice with the same `id`, or the same `key`. */
  readonly repeats: "merged" | "shown";
  /** Whether a conversation is an alert there, which stays open until its own end is told. */
  readonly alerts?: boolean;
  deliver(card: Card, conversation: Conversation, address: Address, http: Http): Promise<Delivery>;
  /** Whether the chat works, as far as can be asked without posting anything. */
  isAnswering(address: Address, http: Http): Promise<boolean>;
}
