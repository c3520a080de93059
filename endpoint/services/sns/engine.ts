import type { DeliveryPorts } from "./delivery.ts";
import type { Publisher } from "./publisher.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Topics } from "./topics.ts";

export type SnsPorts = Omit<DeliveryPorts, "signal" | "post"> & Partial<Pick<DeliveryPorts, "post">>;

export interface SnsEngine {
  readonly topics: Topics;
  readonly publisher: Publisher;
  readonly subscriber: Subscriber;
}
