import type { Card } from "../card.ts";
import type { Secret } from "../secret.ts";
import type { Http } from "./http.ts";

/** Where a message goes, with what opens the door. */
export interface Address {
  /** A webhook's address, or a bot's token. */
  readonly secret: Secret;
  /** Slack bot only: the channel, and the address of the Web API. */
  readonly channel?: string;
  readonly api?: string;
}

/** How a message stands to those before it. A chat does what it can of it. */
export interface Conversation {
  /**
   * `begin` a conversation, `reply` to its first message, or `rewrite` that one. `close` it: rewrite or reply where the
   * chat can, and where every message stands by itself say nothing.
   */
  readonly manner: "begin" | "reply" | "rewrite" | "close";
  /** Whether a reply is worth showing to those who do not follow the conversation. */
  readonly broadcast: boolean;
  /** What the chat calls the first message, where it said. */
  readonly reference: string | undefined;
  /** The same for all messages of one conversation, and for a repetition of its first. */
  readonly key: string;
}

export type Delivery =
  /** `reference` is what later messages of the conversation need; a chat may give none. */
  | { readonly kind: "accepted"; readonly reference: string | undefined }
  /** Saying it again changes nothing: somebody has to mend the destination. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "retry"; readonly reason: string; readonly afterMs?: number };

/** One kind of chat. `deliver` never throws, and no reason it gives has a secret in it. */
export interface Receiver {
  deliver(card: Card, conversation: Conversation, address: Address, http: Http): Promise<Delivery>;
}
