import type { KeyPolicies } from "#endpoint/core/ports.ts";
import type { DeliveryPorts } from "./delivery.ts";
import type { Publisher } from "./publisher.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Topics } from "./topics.ts";

export interface SnsPorts extends Omit<DeliveryPorts, "signal" | "post">, Partial<Pick<DeliveryPorts, "post">> {
  /** Without it, any key will do. */
  readonly keys?: KeyPolicies;
}

export interface SnsEngine {
  readonly topics: Topics;
  readonly publisher: Publisher;
  readonly subscriber: Subscriber;
  readonly place: SnsPorts["place"];
  readonly keys: SnsPorts["keys"];
}
