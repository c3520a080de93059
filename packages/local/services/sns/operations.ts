import * as v from "valibot";
import { tagList } from "../../endpoint/properties.ts";
import { define, type Operation } from "../../endpoint/service.ts";
import { type Publisher, publication } from "./publisher.ts";
import { invalidParameter, protocols, type Subscription, type Topic, type TopicRegistry } from "./registry.ts";
import { checkSubscriptionAttributes, type Subscriber } from "./subscriber.ts";

const attributes = v.optional(v.record(v.string(), v.string()), {});
const onTopic = v.object({ TopicArn: v.string() });
const onSubscription = v.object({ SubscriptionArn: v.string() });
const onResource = v.object({ ResourceArn: v.string() });
const changeOfAttribute = { AttributeName: v.string(), AttributeValue: v.optional(v.string(), "") };
const page = v.object({ NextToken: v.optional(v.string()) });

/** SNS lists a hundred a page. */
const pageSize = 100;

export function topicOperations(registry: TopicRegistry, publisher: Publisher): Readonly<Record<string, Operation>> {
  return {
    CreateTopic: define(
      v.object({ Name: v.string(), Attributes: attributes, Tags: v.optional(tagList, []) }),
      ({ Name, Attributes, Tags }) => {
        const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
        return { TopicArn: registry.createTopic(Name, Attributes, tags).arn };
      },
    ),
    DeleteTopic: define(onTopic, ({ TopicArn }) => {
      registry.deleteTopic(TopicArn);
      return {};
    }),
    ListTopics: define(page, ({ NextToken }) => {
      const { items, next } = paged(registry.topics(), NextToken);
      return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), NextToken: next };
    }),
    GetTopicAttributes: define(onTopic, ({ TopicArn }) => ({
      Attributes: topicAttributes(registry, registry.topic(TopicArn)),
    })),
    SetTopicAttributes: define(v.object({ ...onTopic.entries, ...changeOfAttribute }), (input) => {
      registry.topic(input.TopicArn).attributes.set(input.AttributeName, input.AttributeValue);
      return {};
    }),
    Publish: define(
      v.object({ TopicArn: v.optional(v.string()), TargetArn: v.optional(v.string()), ...publication.entries }),
      ({ TopicArn, TargetArn, ...message }) => {
        const arn = TopicArn ?? TargetArn;
        if (arn === undefined) throw invalidParameter("TopicArn or TargetArn", "no value for required parameter");
        return { MessageId: publisher.publish(arn, message) };
      },
    ),
    PublishBatch: define(
      v.object({
        ...onTopic.entries,
        PublishBatchRequestEntries: v.pipe(
          v.array(v.object({ Id: v.string(), ...publication.entries })),
          v.minLength(1),
          v.maxLength(10),
        ),
      }),
      ({ TopicArn, PublishBatchRequestEntries }) => ({
        Successful: PublishBatchRequestEntries.map(({ Id, ...message }) => ({
          Id,
          MessageId: publisher.publish(TopicArn, message),
        })),
        Failed: [],
      }),
    ),
    TagResource: define(v.object({ ...onResource.entries, Tags: tagList }), ({ ResourceArn, Tags }) => {
      for (const { Key, Value } of Tags) registry.topic(ResourceArn).tags.set(Key, Value);
      return {};
    }),
    UntagResource: define(v.object({ ...onResource.entries, TagKeys: v.array(v.string()) }), (input) => {
      for (const key of input.TagKeys) registry.topic(input.ResourceArn).tags.delete(key);
      return {};
    }),
    ListTagsForResource: define(onResource, ({ ResourceArn }) => ({
      Tags: [...registry.topic(ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}

export function subscriptionOperations(
  registry: TopicRegistry,
  subscriber: Subscriber,
): Readonly<Record<string, Operation>> {
  return {
    Subscribe: define(
      v.object({
        ...onTopic.entries,
        Protocol: v.picklist(protocols),
        Endpoint: v.string(),
        Attributes: attributes,
        ReturnSubscriptionArn: v.optional(v.string()),
      }),
      (input) => {
        const made = subscriber.subscribe(input.TopicArn, input.Protocol, input.Endpoint, input.Attributes);
        const told = made.state === "confirmed" || input.ReturnSubscriptionArn === "true";
        return { SubscriptionArn: told ? made.arn : "pending confirmation" };
      },
    ),
    ConfirmSubscription: define(v.object({ ...onTopic.entries, Token: v.string() }), ({ TopicArn, Token }) => ({
      SubscriptionArn: registry.confirm(TopicArn, Token).arn,
    })),
    Unsubscribe: define(onSubscription, ({ SubscriptionArn }) => {
      registry.unsubscribe(SubscriptionArn);
      return {};
    }),
    ListSubscriptions: define(page, ({ NextToken }) => {
      const { items, next } = paged(registry.subscriptions(), NextToken);
      return { Subscriptions: items.map((item) => summary(item)), NextToken: next };
    }),
    ListSubscriptionsByTopic: define(v.object({ ...onTopic.entries, ...page.entries }), ({ TopicArn, NextToken }) => {
      registry.topic(TopicArn);
      const { items, next } = paged(registry.subscriptionsOf(TopicArn), NextToken);
      return { Subscriptions: items.map((item) => summary(item)), NextToken: next };
    }),
    GetSubscriptionAttributes: define(onSubscription, ({ SubscriptionArn }) => ({
      Attributes: subscriptionAttributes(registry.subscription(SubscriptionArn)),
    })),
    SetSubscriptionAttributes: define(v.object({ ...onSubscription.entries, ...changeOfAttribute }), (input) => {
      const subscription = registry.subscription(input.SubscriptionArn);
      checkSubscriptionAttributes({ [input.AttributeName]: input.AttributeValue });
      subscription.attributes.set(input.AttributeName, input.AttributeValue);
      return {};
    }),
  };
}

function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

function topicAttributes(registry: TopicRegistry, topic: Topic): Map<string, string> {
  const states = registry.subscriptionsOf(topic.arn).map(({ state }) => state);
  return new Map([
    ["TopicArn", topic.arn],
    ["Owner", accountOf(topic.arn)],
    ["DisplayName", ""],
    ["SubscriptionsConfirmed", String(states.filter((state) => state === "confirmed").length)],
    ["SubscriptionsPending", String(states.filter((state) => state === "pending").length)],
    ["SubscriptionsDeleted", "0"],
    ...topic.attributes,
  ]);
}

function subscriptionAttributes(subscription: Subscription): Map<string, string> {
  return new Map([
    ["SubscriptionArn", subscription.arn],
    ["TopicArn", subscription.topicArn],
    ["Protocol", subscription.protocol],
    ["Endpoint", subscription.endpoint],
    ["Owner", accountOf(subscription.topicArn)],
    ["PendingConfirmation", String(subscription.state === "pending")],
    ["RawMessageDelivery", "false"],
    ...subscription.attributes,
  ]);
}

function summary(subscription: Subscription) {
  return {
    SubscriptionArn: subscription.state === "confirmed" ? subscription.arn : "PendingConfirmation",
    Owner: accountOf(subscription.topicArn),
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    TopicArn: subscription.topicArn,
  };
}

function paged<T>(all: readonly T[], token: string | undefined) {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0) throw invalidParameter("NextToken");
  const end = start + pageSize;
  return { items: all.slice(start, end), next: end < all.length ? String(end) : undefined };
}
