import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { pageOf } from "#endpoint/core/page.ts";
import { tagList } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { accountOf, checkTopicAttribute, subscriptionAttributes, topicAttributes } from "./attributes.ts";
import type { SnsEngine } from "./engine.ts";
import { publication } from "./publisher.ts";
import { checkSubscriptionAttributes } from "./subscriber.ts";
import { checkArn, invalidParameter, protocols, type Subscription } from "./topics.ts";

const attributes = v.optional(v.record(v.string(), v.string()), {});
const onTopic = v.object({ TopicArn: v.string() });
const onSubscription = v.object({ SubscriptionArn: v.string() });
const onResource = v.object({ ResourceArn: v.string() });
const changeOfAttribute = { AttributeName: v.string(), AttributeValue: v.optional(v.string(), "") };
const page = v.object({ NextToken: v.optional(v.string()) });

/** SNS lists a hundred a page. */
const pageSize = 100;

export function operationsOf(engine: SnsEngine): Operations {
  return { ...topicOperations(engine), ...subscriptionOperations(engine) };
}

function topicOperations({ topics, publisher }: SnsEngine): Operations {
  return {
    CreateTopic: define(
      v.object({ Name: v.string(), Attributes: attributes, Tags: v.optional(tagList, []) }),
      ({ Name, Attributes, Tags }) => {
        for (const [key, value] of Object.entries(Attributes)) checkTopicAttribute(key, value);
        const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
        return { TopicArn: topics.createTopic(Name, Attributes, tags).arn };
      },
    ),
    DeleteTopic: define(onTopic, ({ TopicArn }) => {
      checkArn("TopicArn", TopicArn);
      topics.deleteTopic(TopicArn);
      return {};
    }),
    ListTopics: define(page, ({ NextToken }) => {
      const { items, next } = paged(topics.all(), NextToken);
      return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), NextToken: next };
    }),
    GetTopicAttributes: define(onTopic, ({ TopicArn }) => ({
      Attributes: topicAttributes(topics, topics.topic(TopicArn)),
    })),
    SetTopicAttributes: define(v.object({ ...onTopic.entries, ...changeOfAttribute }), (input) => {
      const topic = topics.topic(input.TopicArn);
      checkTopicAttribute(input.AttributeName, input.AttributeValue);
      topic.attributes.set(input.AttributeName, input.AttributeValue);
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
      ({ TopicArn, PublishBatchRequestEntries: entries }) => {
        if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
          throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
        }
        const Successful = entries.map(({ Id, ...message }) => ({
          Id,
          MessageId: publisher.publish(TopicArn, message),
        }));
        return { Successful, Failed: [] };
      },
    ),
    TagResource: define(v.object({ ...onResource.entries, Tags: tagList }), ({ ResourceArn, Tags }) => {
      for (const { Key, Value } of Tags) topics.topic(ResourceArn).tags.set(Key, Value);
      return {};
    }),
    UntagResource: define(v.object({ ...onResource.entries, TagKeys: v.array(v.string()) }), (input) => {
      for (const key of input.TagKeys) topics.topic(input.ResourceArn).tags.delete(key);
      return {};
    }),
    ListTagsForResource: define(onResource, ({ ResourceArn }) => ({
      Tags: [...topics.topic(ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}

function subscriptionOperations({ topics, subscriber }: SnsEngine): Operations {
  return {
    Subscribe: define(
      v.object({
        ...onTopic.entries,
        Protocol: v.string(),
        Endpoint: v.string(),
        Attributes: attributes,
        ReturnSubscriptionArn: v.optional(v.string()),
      }),
      (input) => {
        const protocol = protocols.find((name) => name === input.Protocol);
        if (protocol === undefined) {
          throw invalidParameter(`Amazon SNS does not support this protocol string: ${input.Protocol}`);
        }
        const made = subscriber.subscribe(input.TopicArn, protocol, input.Endpoint, input.Attributes);
        const shown = made.state === "confirmed" || input.ReturnSubscriptionArn === "true";
        return { SubscriptionArn: shown ? made.arn : "pending confirmation" };
      },
    ),
    ConfirmSubscription: define(v.object({ ...onTopic.entries, Token: v.string() }), ({ TopicArn, Token }) => ({
      SubscriptionArn: topics.confirm(TopicArn, Token).arn,
    })),
    Unsubscribe: define(onSubscription, ({ SubscriptionArn }) => {
      checkArn("SubscriptionArn", SubscriptionArn);
      topics.unsubscribe(SubscriptionArn);
      return {};
    }),
    ListSubscriptions: define(page, ({ NextToken }) => {
      const { items, next } = paged(topics.subscriptions(), NextToken);
      return { Subscriptions: items.map((item) => summary(item)), NextToken: next };
    }),
    ListSubscriptionsByTopic: define(v.object({ ...onTopic.entries, ...page.entries }), ({ TopicArn, NextToken }) => {
      topics.topic(TopicArn);
      const { items, next } = paged(topics.subscriptionsOf(TopicArn), NextToken);
      return { Subscriptions: items.map((item) => summary(item)), NextToken: next };
    }),
    GetSubscriptionAttributes: define(onSubscription, ({ SubscriptionArn }) => ({
      Attributes: subscriptionAttributes(topics.subscription(SubscriptionArn)),
    })),
    SetSubscriptionAttributes: define(v.object({ ...onSubscription.entries, ...changeOfAttribute }), (input) => {
      const subscription = topics.subscription(input.SubscriptionArn);
      checkSubscriptionAttributes({ [input.AttributeName]: input.AttributeValue });
      subscription.attributes.set(input.AttributeName, input.AttributeValue);
      return {};
    }),
  };
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
  return pageOf(all, pageSize, token, () => invalidParameter("NextToken"));
}
