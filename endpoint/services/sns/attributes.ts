import type { SignatureVersion } from "./signature.ts";
import { invalidParameter, type Subscription, type Topic, type Topics } from "./topics.ts";

export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
const defaultDelivery = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: "linear",
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: "text/plain; charset=UTF-8" },
  },
});

const ownersActions = [
  ...["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission"],
  ...["DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"],
].map((name) => `SNS:${name}`);

/** Until somebody sets another, the account that owns a topic may do all with it. */
function defaultPolicy({ arn }: Topic): string {
  const statement = {
    Sid: "__default_statement_ID",
    Effect: "Allow",
    Principal: { AWS: "*" },
    Action: ownersActions,
    Resource: arn,
    Condition: { StringEquals: { "AWS:SourceOwner": accountOf(arn) } },
  };
  return JSON.stringify({ Version: "2008-10-17", Id: "__default_policy_ID", Statement: [statement] });
}

export function topicAttributes(topics: Topics, topic: Topic): Map<string, string> {
  const states = topics.subscriptionsOf(topic.arn).map(({ state }) => state);
  return new Map([
    ["TopicArn", topic.arn],
    ["Owner", accountOf(topic.arn)],
    ["Policy", defaultPolicy(topic)],
    ["EffectiveDeliveryPolicy", defaultDelivery],
    ["DisplayName", ""],
    ["SubscriptionsConfirmed", String(states.filter((state) => state === "confirmed").length)],
    ["SubscriptionsPending", String(states.filter((state) => state === "pending").length)],
    ["SubscriptionsDeleted", "0"],
    ...topic.attributes,
  ]);
}

export function subscriptionAttributes(subscription: Subscription): Map<string, string> {
  return new Map([
    ["SubscriptionArn", subscription.arn],
    ["TopicArn", subscription.topicArn],
    ["Protocol", subscription.protocol],
    ["Endpoint", subscription.endpoint],
    ["Owner", accountOf(subscription.topicArn)],
    ["PendingConfirmation", String(subscription.state === "pending")],
    ["ConfirmationWasAuthenticated", String(!/^(https?|email)/.test(subscription.protocol))],
    ["RawMessageDelivery", "false"],
    ...subscription.attributes,
  ]);
}

/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
export function checkTopicAttribute(name: string, value: string): void {
  const settable =
    /^((HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedback(RoleArn|SampleRate)|FailureFeedbackRoleArn)|DeliveryPolicy|DisplayName|Policy|TracingConfig|KmsMasterKeyId|SignatureVersion|FifoTopic|ContentBasedDeduplication|FifoThroughputScope|ArchivePolicy|DataProtectionPolicy)$/;
  if (!settable.test(name)) throw invalidParameter("AttributeName");
  if (name === "SignatureVersion" && value !== "1" && value !== "2") throw invalidParameter("SignatureVersion");
}

export function signatureVersionOf({ attributes }: Topic): SignatureVersion {
  return attributes.get("SignatureVersion") === "2" ? "2" : "1";
}
