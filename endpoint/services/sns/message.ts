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
}

interface Links {
  readonly endpointUrl: string;
  readonly subscriptionArn: string;
}

/** Where a subscriber follows the links of a message; on AWS they are on the host of SNS itself. */
export const publicPath = "/_sns";

/** Nothing here holds AWS's key: a consumer that verifies signatures refuses what this endpoint sends. */
const unsigned = { SignatureVersion: "1", Signature: "bm90IHNpZ25lZA==" } as const;

/**
 * What queues and web addresses receive.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html#http-notification-json
 */
export function notification(message: Message, links: Links): string {
  return JSON.stringify({
    Type: "Notification",
    MessageId: message.id,
    TopicArn: message.topicArn,
    ...(message.subject !== undefined && { Subject: message.subject }),
    Message: message.body,
    Timestamp: new Date(message.at).toISOString(),
    ...unsigned,
    SigningCertURL: certificateUrl(links),
    UnsubscribeURL: unsubscribeUrl(links),
    ...(Object.keys(message.attributes).length > 0 && { MessageAttributes: attributesForJson(message.attributes) }),
  });
}

/** What a function receives: a null subject instead of none, and `Url` spelt differently than in the envelope. */
export function lambdaEvent(message: Message, links: Links): string {
  const Sns = {
    Type: "Notification",
    MessageId: message.id,
    TopicArn: message.topicArn,
    Subject: message.subject ?? null,
    Message: message.body,
    Timestamp: new Date(message.at).toISOString(),
    ...unsigned,
    SigningCertUrl: certificateUrl(links),
    UnsubscribeUrl: unsubscribeUrl(links),
    MessageAttributes: attributesForJson(message.attributes),
  };
  return JSON.stringify({
    Records: [{ EventSource: "aws:sns", EventVersion: "1.0", EventSubscriptionArn: links.subscriptionArn, Sns }],
  });
}

/** What a web address must answer for, before it gets any notification. */
export function subscriptionConfirmation(request: {
  readonly id: string;
  readonly topicArn: string;
  readonly token: string;
  readonly endpointUrl: string;
  readonly at: number;
}): string {
  const query = { Action: "ConfirmSubscription", TopicArn: request.topicArn, Token: request.token };
  return JSON.stringify({
    Type: "SubscriptionConfirmation",
    MessageId: request.id,
    Token: request.token,
    TopicArn: request.topicArn,
    Message:
      `You have chosen to subscribe to the topic ${request.topicArn}.\n` +
      "To confirm the subscription, visit the SubscribeURL included in this message.",
    SubscribeURL: publicUrl(request, query),
    Timestamp: new Date(request.at).toISOString(),
    ...unsigned,
    SigningCertURL: certificateUrl(request),
  });
}

function publicUrl(links: Pick<Links, "endpointUrl">, query: Readonly<Record<string, string>>): string {
  return `${links.endpointUrl}${publicPath}/?${new URLSearchParams(query)}`;
}

/** What whoever confirms a subscription opens. */
export function confirmationUrl({
  topicArn,
  token,
  endpointUrl,
}: Pick<Links, "endpointUrl"> & { readonly topicArn: string; readonly token: string }): string {
  return publicUrl({ endpointUrl }, { Action: "ConfirmSubscription", TopicArn: topicArn, Token: token });
}

function certificateUrl(links: Pick<Links, "endpointUrl">): string {
  return `${links.endpointUrl}${publicPath}/SimpleNotificationService.pem`;
}

function unsubscribeUrl(links: Links): string {
  return publicUrl(links, { Action: "Unsubscribe", SubscriptionArn: links.subscriptionArn });
}

function attributesForJson(attributes: MessageAttributes) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, value }]) => [name, { Type: type, Value: value }]),
  );
}
