import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { policyResource } from "#endpoint/core/policy-resource.ts";
import { flag, jsonDocument, parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type {
  Properties,
  ResourceContext,
  ResourceProvider,
  ResourceState,
  Resources,
} from "#endpoint/core/service.ts";
import type { SnsEngine } from "./engine.ts";
import { protocols } from "./topics.ts";

const subscribed = { Protocol: v.picklist(protocols), Endpoint: v.string() };

const topicProperties = v.object({
  TopicName: v.optional(v.string()),
  DisplayName: v.optional(v.string()),
  FifoTopic: v.optional(flag),
  KmsMasterKeyId: v.optional(v.string()),
  SignatureVersion: v.optional(v.string()),
  Subscription: v.optional(v.array(v.object(subscribed)), []),
  Tags: v.optional(tagList),
});

const subscriptionProperties = v.object({
  ...subscribed,
  TopicArn: v.string(),
  DeliveryPolicy: v.optional(jsonDocument),
  FilterPolicy: v.optional(jsonDocument),
  FilterPolicyScope: v.optional(v.picklist(["MessageAttributes", "MessageBody"])),
  RawMessageDelivery: v.optional(v.pipe(flag, v.transform(String))),
  RedrivePolicy: v.optional(jsonDocument),
  SubscriptionRoleArn: v.optional(v.string()),
});

export function resourcesOf(engine: SnsEngine): Resources {
  return {
    "AWS::SNS::Topic": topicResource(engine),
    "AWS::SNS::Subscription": subscriptionResource(engine),
    "AWS::SNS::TopicPolicy": policyResource((arn, policy) => {
      const { attributes } = engine.topics.topic(arn);
      if (policy === "") attributes.delete("Policy");
      else attributes.set("Policy", policy);
    }),
  };
}

/** `AWS::SNS::Topic`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html */
function topicResource({ topics, subscriber }: SnsEngine): ResourceProvider {
  const apply = (name: string, properties: Properties, context: ResourceContext): ResourceState => {
    const { DisplayName, FifoTopic, KmsMasterKeyId, SignatureVersion, Subscription, Tags } = parse(properties, context);
    const topic = topics.createTopic(
      name,
      {
        DisplayName: DisplayName ?? "",
        ...(FifoTopic && { FifoTopic: "true" }),
        ...(KmsMasterKeyId !== undefined && { KmsMasterKeyId }),
        ...(SignatureVersion !== undefined && { SignatureVersion }),
      },
      tagsOf(Tags, context),
    );
    const { arn } = topic;
    if (KmsMasterKeyId === undefined) topic.attributes.delete("KmsMasterKeyId");
    for (const { Protocol, Endpoint } of Subscription) subscriber.subscribe(arn, Protocol, Endpoint, {});
    return { physicalId: arn, attributes: { TopicArn: arn, TopicName: name } };
  };
  return {
    replaceOn: ["TopicName", "FifoTopic"],
    async create(properties, context) {
      return apply(parse(properties, context).TopicName ?? physicalName(context, 256), properties, context);
    },
    async update(current, properties, previous, context) {
      const kept = new Set(parse(properties, context).Subscription.map((wanted) => wanted.Endpoint));
      const gone = parse(previous, context).Subscription.filter((former) => !kept.has(former.Endpoint));
      for (const subscription of topics.subscriptionsOf(current.physicalId))
        if (gone.some(({ Endpoint }) => Endpoint === subscription.endpoint)) topics.unsubscribe(subscription.arn);
      return apply(String(current.attributes.TopicName), properties, context);
    },
    async delete(current) {
      topics.deleteTopic(current.physicalId);
    },
  };
}

/** `AWS::SNS::Subscription`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html */
function subscriptionResource({ topics, subscriber }: SnsEngine): ResourceProvider {
  const attributesIn = (properties: Properties, context: ResourceContext) => {
    const { TopicArn, Protocol, Endpoint, ...rest } = parseProperties(subscriptionProperties, properties, context);
    const present = Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    return { TopicArn, Protocol, Endpoint, attributes: Object.fromEntries(present) };
  };
  return {
    replaceOn: ["TopicArn", "Protocol", "Endpoint"],
    async create(properties, context) {
      const { TopicArn, Protocol, Endpoint, attributes } = attributesIn(properties, context);
      const { arn } = subscriber.subscribe(TopicArn, Protocol, Endpoint, attributes);
      return { physicalId: arn, attributes: { Arn: arn } };
    },
    async update(current, properties, _previous, context) {
      const subscription = topics.subscription(current.physicalId);
      subscription.attributes.clear();
      for (const [name, value] of Object.entries(attributesIn(properties, context).attributes))
        subscription.attributes.set(name, String(value));
      return current;
    },
    async delete(current) {
      topics.unsubscribe(current.physicalId);
    },
    read({ physicalId }, { TopicArn }) {
      const found = topics.subscriptionsOf(String(TopicArn)).find(({ arn }) => arn === physicalId);
      return found && { TopicArn: found.topicArn, Protocol: found.protocol, Endpoint: found.endpoint };
    },
  };
}

function parse(properties: Properties, context: ResourceContext) {
  return parseProperties(topicProperties, properties, context);
}
