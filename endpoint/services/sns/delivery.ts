import { randomUUID } from "node:crypto";
import type { AsyncInvoker, Clock, Place, QueueClient } from "#endpoint/core/ports.ts";
import { attributesAsDocument, jsonOr, matchesPolicy } from "./filter.ts";
import {
  confirmationUrl,
  lambdaEvent,
  type Message,
  notification,
  type Sender,
  subscriptionConfirmation,
} from "./message.ts";
import type { SignatureVersion, SigningKey } from "./signature.ts";
import type { Subscription, Topics } from "./topics.ts";

/** A mail that SNS would have sent. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

export interface DeliveryPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly queues: QueueClient;
  readonly functions: AsyncInvoker;
  /** Posts JSON to a web address; rejects unless it was accepted. */
  readonly post: (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<void>;
  readonly mail: (letter: Letter) => void;
  /** RSA, as AWS signs. */
  readonly signingKey: () => Promise<SigningKey>;
  readonly log: (line: string) => void;
  /** Aborted when the service stops: no more retries. */
  readonly signal: AbortSignal;
}

/**
 * SNS's default for web addresses: three retries, 20 s apart.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
const webRetries = 3;
const webRetryDelayMs = 20_000;

const contentType = { "content-type": "text/plain; charset=UTF-8" };

/** Hands a message to every subscription whose filter lets it through. Failures go to the subscription's own queue. */
export async function fanOut(ports: DeliveryPorts, topics: Topics, message: Message): Promise<void> {
  const wanted = topics
    .subscriptionsOf(message.topicArn)
    .filter((subscription) => subscription.state === "confirmed" && passesFilter(subscription, message));
  await Promise.all(wanted.map((subscription) => deliverOrDeadLetter(ports, subscription, message)));
}

/** Asks a web address, or a person, whether they want the notifications, as SNS does before it sends any. */
export async function askToConfirm(
  ports: DeliveryPorts,
  subscription: Subscription,
  signatureVersion: SignatureVersion,
): Promise<void> {
  const { topicArn, token, endpoint, protocol } = subscription;
  if (protocol === "email" || protocol === "email-json") return ports.mail(confirmationLetter(ports, subscription));
  const question = { id: randomUUID(), topicArn, token, at: ports.clock.now(), signatureVersion };
  const headers = {
    ...contentType,
    "x-amz-sns-message-type": "SubscriptionConfirmation",
    "x-amz-sns-topic-arn": topicArn,
  };
  const ask = async () => ports.post(endpoint, headers, subscriptionConfirmation(question, await senderOf(ports)));
  await withRetries(ports, ask).catch((error: unknown) =>
    ports.log(`sns: ${subscription.arn} was not asked to confirm: ${describe(error)}`),
  );
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html */
function confirmationLetter({ place }: DeliveryPorts, { endpoint, topicArn, token }: Subscription): Letter {
  const link = confirmationUrl({ topicArn, token, endpointUrl: place.endpointUrl });
  return {
    to: endpoint,
    subject: "AWS Notification - Subscription Confirmation",
    body: `You have chosen to subscribe to the topic:\n${topicArn}\n\nTo confirm this subscription, visit the link below:\n${link}\n`,
  };
}

async function deliverOrDeadLetter(ports: DeliveryPorts, subscription: Subscription, message: Message): Promise<void> {
  try {
    await deliver(ports, subscription, message);
  } catch (error) {
    const deadLetterArn = deadLetterQueue(subscription);
    ports.log(
      `sns: ${message.id} did not reach ${subscription.arn}: ${describe(error)}; ` +
        (deadLetterArn === undefined ? "dropped, the subscription has no RedrivePolicy" : `sent to ${deadLetterArn}`),
    );
    if (deadLetterArn === undefined) return;
    await ports.queues
      .send(deadLetterArn, await envelope(ports, subscription, message))
      .catch((failure: unknown) => ports.log(`sns: ${deadLetterArn} refused ${message.id}: ${describe(failure)}`));
  }
}

async function deliver(ports: DeliveryPorts, subscription: Subscription, message: Message): Promise<void> {
  const { endpoint, protocol } = subscription;
  switch (protocol) {
    case "sqs":
      return sendToQueue(ports, subscription, message);
    case "lambda":
      return ports.functions.enqueue(endpoint, lambdaEvent(message, await subscribed(ports, subscription)));
    case "http":
    case "https":
      return withRetries(ports, async () =>
        ports.post(endpoint, notificationHeaders(subscription, message), await envelope(ports, subscription, message)),
      );
    case "email":
      return ports.mail({ to: endpoint, subject: message.subject ?? "AWS Notification Message", body: message.body });
    case "email-json": {
      const subject = message.subject ?? "AWS Notification Message";
      return ports.mail({ to: endpoint, subject, body: await envelope(ports, subscription, message) });
    }
    default:
      throw new Error(`no delivery over ${protocol satisfies never}`);
  }
}

async function sendToQueue(ports: DeliveryPorts, subscription: Subscription, message: Message): Promise<void> {
  if (!isRaw(subscription)) {
    return ports.queues.send(subscription.endpoint, await envelope(ports, subscription, message));
  }
  const attributes = Object.entries(message.attributes).map(([name, { value }]) => [name, value]);
  return ports.queues.send(subscription.endpoint, message.body, Object.fromEntries(attributes));
}

async function withRetries(ports: DeliveryPorts, attempt: () => Promise<void>): Promise<void> {
  for (let retriesLeft = webRetries; ; retriesLeft -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (retriesLeft === 0 || ports.signal.aborted) throw error;
      await ports.clock.sleep(webRetryDelayMs, ports.signal);
    }
  }
}

function passesFilter(subscription: Subscription, message: Message): boolean {
  const policy = subscription.attributes.get("FilterPolicy");
  if (policy === undefined || policy === "") return true;
  const onBody = subscription.attributes.get("FilterPolicyScope") === "MessageBody";
  return matchesPolicy(JSON.parse(policy), onBody ? jsonOr(message.body) : attributesAsDocument(message.attributes));
}

function deadLetterQueue(subscription: Subscription): string | undefined {
  const redrive = jsonOr(subscription.attributes.get("RedrivePolicy") ?? "");
  if (typeof redrive !== "object" || redrive === null || !("deadLetterTargetArn" in redrive)) return undefined;
  return String(redrive.deadLetterTargetArn);
}

async function envelope(ports: DeliveryPorts, subscription: Subscription, message: Message): Promise<string> {
  return isRaw(subscription) ? message.body : notification(message, await subscribed(ports, subscription));
}

function notificationHeaders(subscription: Subscription, message: Message): Readonly<Record<string, string>> {
  return {
    ...contentType,
    "x-amz-sns-message-type": "Notification",
    "x-amz-sns-message-id": message.id,
    "x-amz-sns-topic-arn": message.topicArn,
    "x-amz-sns-subscription-arn": subscription.arn,
    ...(isRaw(subscription) && { "x-amz-sns-rawdelivery": "true" }),
  };
}

function isRaw(subscription: Subscription): boolean {
  return subscription.attributes.get("RawMessageDelivery") === "true";
}

async function senderOf({ place, signingKey }: DeliveryPorts): Promise<Sender> {
  return { endpointUrl: place.endpointUrl, signingKey: await signingKey() };
}

async function subscribed(ports: DeliveryPorts, { arn }: Subscription) {
  return { ...(await senderOf(ports)), subscriptionArn: arn };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
