import { randomBytes, randomUUID } from "node:crypto";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";

export const protocols = ["sqs", "lambda", "https", "http", "email", "email-json"] as const;
export type SubscriptionProtocol = (typeof protocols)[number];

export interface Topic {
  readonly arn: string;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: SubscriptionProtocol;
  readonly endpoint: string;
  readonly attributes: Map<string, string>;
  readonly token: string;
  state: "pending" | "confirmed";
}

/** Topics and their subscriptions. */
export class Topics {
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  /** Creating what exists already yields it. */
  createTopic(
    name: string,
    attributes: Readonly<Record<string, string>>,
    tags: Readonly<Record<string, string>>,
  ): Topic {
    if (name.endsWith(".fifo") || attributes.FifoTopic === "true") throw notEmulated("A FIFO topic");
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter("Topic Name");
    const arn = `arn:aws:sns:${this.#place.region}:${this.#place.account}:${name}`;
    const topic = this.#topics.get(arn) ?? { arn, attributes: new Map(), tags: new Map() };
    for (const [key, value] of Object.entries(attributes)) topic.attributes.set(key, value);
    for (const [key, value] of Object.entries(tags)) topic.tags.set(key, value);
    this.#topics.set(arn, topic);
    return topic;
  }

  /** Throws `NotFound`, `InvalidParameter`. */
  topic(arn: string): Topic {
    checkArn("TopicArn", arn);
    const topic = this.#topics.get(arn);
    if (topic === undefined) throw new AwsError("NotFound", "Topic does not exist", 404);
    return topic;
  }

  /** Deleting what is gone already succeeds. */
  deleteTopic(arn: string): void {
    this.#topics.delete(arn);
    for (const subscription of this.subscriptionsOf(arn)) this.#subscriptions.delete(subscription.arn);
  }

  all(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  /** The same endpoint subscribes to a topic once. */
  subscribe(
    topicArn: string,
    protocol: SubscriptionProtocol,
    endpoint: string,
    attributes: Readonly<Record<string, string>>,
  ): Subscription {
    this.topic(topicArn);
    const existing = this.subscriptionsOf(topicArn).find(
      (subscription) => subscription.protocol === protocol && subscription.endpoint === endpoint,
    );
    if (existing !== undefined) return existing;
    const subscription: Subscription = {
      arn: `${topicArn}:${randomUUID()}`,
      topicArn,
      protocol,
      endpoint,
      attributes: new Map(Object.entries(attributes)),
      token: randomBytes(32).toString("hex"),
      // What is outside the account is asked first.
      state: protocol === "sqs" || protocol === "lambda" ? "confirmed" : "pending",
    };
    this.#subscriptions.set(subscription.arn, subscription);
    return subscription;
  }

  confirm(topicArn: string, token: string): Subscription {
    this.topic(topicArn);
    const subscription = this.subscriptionsOf(topicArn).find((candidate) => candidate.token === token);
    if (subscription === undefined) throw new AwsError("InvalidParameter", "Invalid parameter: Token");
    subscription.state = "confirmed";
    return subscription;
  }

  /** Throws `NotFound`, `InvalidParameter`. */
  subscription(arn: string): Subscription {
    checkArn("SubscriptionArn", arn);
    const subscription = this.#subscriptions.get(arn);
    if (subscription === undefined) throw new AwsError("NotFound", "Subscription does not exist", 404);
    return subscription;
  }

  unsubscribe(arn: string): void {
    this.#subscriptions.delete(arn);
  }

  subscriptionsOf(topicArn: string): readonly Subscription[] {
    return this.subscriptions().filter((subscription) => subscription.topicArn === topicArn);
  }

  subscriptions(): readonly Subscription[] {
    return [...this.#subscriptions.values()];
  }
}

export function checkArn(member: string, arn: string): void {
  const elements = arn.split(":").length;
  if (elements < 6) throw invalidParameter(member, `An ARN must have at least 6 elements, not ${elements}`);
}

export function invalidParameter(name: string, reason?: string): AwsError {
  return new AwsError(
    "InvalidParameter",
    `Invalid parameter: ${name}${reason === undefined ? "" : ` Reason: ${reason}`}`,
  );
}
