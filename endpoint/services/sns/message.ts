import { type SignatureVersion, type SigningKey, signatureOf } from "./signature.ts";

/** A message attribute; `type` as SNS has it: `String`, `String.Array`, `Number`, `Binary`. */
export interface MessageAttribute {
  readonly type: string;
  /** Base64 for `Binary`. */
  readonly value: string;
}
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export interface Message {
  readonly id: string;
  readonly topicArn: string;
  readonly subject?: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly signatureVersion: SignatureVersion;
}

/** Where a message comes from: its links lead there, and it is signed. */
export interface Sender {
  readonly endpointUrl: string;
  readonly signingKey: SigningKey;
}

type Subscribed = Sender & { readonly subscriptionArn: string };

/** Where a subscriber follows the links of a message; on AWS they are on the host of SNS itself. */
export const publicPath = "/_sns";

export const certificatePath = `${publicPath}/SimpleNotificationService.pem`;

/**
 * What queues and web addresses receive.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html#http-notification-json
 */
export function notification(message: Message, sender: Subscribed): string {
  const content = {
    Type: "Notification",
    MessageId: message.id,
    TopicArn: message.topicArn,
    ...(message.subject !== undefined && { Subject: message.subject }),
    Message: message.body,
    Timestamp: new Date(message.at).toISOString(),
  };
  return JSON.stringify({
    ...content,
    ...signatureOf(content, message.signatureVersion, sender.signingKey),
    SigningCertURL: certificateUrl(sender),
    UnsubscribeURL: unsubscribeUrl(sender),
    ...(Object.keys(message.attributes).length > 0 && { MessageAttributes: attributesForJson(message.attributes) }),
  });
}

/** What a function receives: a null subject instead of none, and `Url` spelt differently than in the envelope. */
export function lambdaEvent(message: Message, sender: Subscribed): string {
  const content = {
    Type: "Notification",
    MessageId: message.id,
    TopicArn: message.topicArn,
    Subject: message.subject ?? null,
    Message: message.body,
    Timestamp: new Date(message.at).toISOString(),
  };
  const Sns = {
    ...content,
    ...signatureOf(content, message.signatureVersion, sender.signingKey),
    SigningCertUrl: certificateUrl(sender),
    UnsubscribeUrl: unsubscribeUrl(sender),
    MessageAttributes: attributesForJson(message.attributes),
  };
  return JSON.stringify({
    Records: [{ EventSource: "aws:sns", EventVersion: "1.0", EventSubscriptionArn: sender.subscriptionArn, Sns }],
  });
}

/** What a web address must answer for, before it gets any notification. */
export function subscriptionConfirmation(
  request: {
    readonly id: string;
    readonly topicArn: string;
    readonly token: string;
    readonly at: number;
    readonly signatureVersion: SignatureVersion;
  },
  sender: Sender,
): string {
  const content = {
    Type: "SubscriptionConfirmation",
    MessageId: request.id,
    Token: request.token,
    TopicArn: request.topicArn,
    Message:
      `You have chosen to subscribe to the topic ${request.topicArn}.\n` +
      "To confirm the subscription, visit the SubscribeURL included in this message.",
    SubscribeURL: confirmationUrl({ ...request, endpointUrl: sender.endpointUrl }),
    Timestamp: new Date(request.at).toISOString(),
  };
  return JSON.stringify({
    ...content,
    ...signatureOf(content, request.signatureVersion, sender.signingKey),
    SigningCertURL: certificateUrl(sender),
  });
}

function publicUrl(links: Pick<Sender, "endpointUrl">, query: Readonly<Record<string, string>>): string {
  return `${links.endpointUrl}${publicPath}/?${new URLSearchParams(query)}`;
}

/** What whoever confirms a subscription opens. */
export function confirmationUrl({
  topicArn,
  token,
  endpointUrl,
}: Pick<Sender, "endpointUrl"> & { readonly topicArn: string; readonly token: string }): string {
  return publicUrl({ endpointUrl }, { Action: "ConfirmSubscription", TopicArn: topicArn, Token: token });
}

function certificateUrl(links: Pick<Sender, "endpointUrl">): string {
  return `${links.endpointUrl}${certificatePath}`;
}

function unsubscribeUrl(links: Subscribed): string {
  return publicUrl(links, { Action: "Unsubscribe", SubscriptionArn: links.subscriptionArn });
}

function attributesForJson(attributes: MessageAttributes) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, value }]) => [name, { Type: type, Value: value }]),
  );
}
