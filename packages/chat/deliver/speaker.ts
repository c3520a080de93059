import type { Card } from "../card/card.ts";
import type { Delivery } from "../receivers/delivery.ts";
import type { Http } from "../receivers/http.ts";
import type { Address, Conversation, Receiver } from "../receivers/receiver.ts";

/** How to post to one destination. Neither function throws. */
export interface Speaker extends Pick<Receiver, "repeats" | "alerts"> {
  send(card: Card, conversation: Conversation): Promise<Delivery>;
  /** Whether its chat works, as far as can be asked without posting anything. */
  isAnswering(): Promise<boolean>;
}

export function speakerOf(receiver: Receiver, address: Address, http: Http): Speaker {
  return {
    repeats: receiver.repeats,
    ...(receiver.alerts && { alerts: true }),
    send: (card, conversation) => receiver.deliver(card, conversation, address, http),
    isAnswering: () => receiver.isAnswering(address, http),
  };
}
