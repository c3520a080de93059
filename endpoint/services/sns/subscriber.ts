import { signatureVersionOf } from "./attributes.ts";
import { askToConfirm, type DeliveryPorts } from "./delivery.ts";
import { jsonOr } from "./filter.ts";
import { invalidParameter, type Subscription, type SubscriptionProtocol, type Topics } from "./topics.ts";

const settable = [
  "DeliveryPolicy",
  "FilterPolicy",
  "FilterPolicyScope",
  "RawMessageDelivery",
  "RedrivePolicy",
  "SubscriptionRoleArn",
];

export class Subscriber {
  readonly #ports: DeliveryPorts;
  readonly #topics: Topics;

  constructor(ports: DeliveryPorts, topics: Topics) {
    this.#ports = ports;
    this.#topics = topics;
  }

  /** Subscribes, and asks whoever is outside the account to confirm. Throws `NotFound`, `InvalidParameter`. */
  subscribe(
    topicArn: string,
    protocol: SubscriptionProtocol,
    endpoint: string,
    attributes: Readonly<Record<string, string>>,
  ): Subscription {
    checkEndpoint(protocol, endpoint);
    checkSubscriptionAttributes(attributes);
    const subscription = this.#topics.subscribe(topicArn, protocol, endpoint, attributes);
    if (subscription.state === "pending") {
      void askToConfirm(this.#ports, subscription, signatureVersionOf(this.#topics.topic(topicArn)));
    }
    return subscription;
  }
}

export function checkSubscriptionAttributes(attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (!settable.includes(name)) throw invalidParameter("AttributeName");
    const json = name === "FilterPolicy" || name === "RedrivePolicy" || name === "DeliveryPolicy";
    if (json && value !== "" && typeof jsonOr(value) !== "object")
      throw invalidParameter(name, `${name}: failed to parse JSON.`);
  }
}

function checkEndpoint(protocol: SubscriptionProtocol, endpoint: string): void {
  const shape = {
    sqs: /^arn:[^:]+:sqs:/,
    lambda: /^arn:[^:]+:lambda:/,
    https: /^https:\/\//,
    http: /^http:\/\//,
    email: /@/,
    "email-json": /@/,
  }[protocol];
  if (!shape.test(endpoint)) throw invalidParameter(`Endpoint`, `${endpoint} is not an endpoint for ${protocol}`);
}
