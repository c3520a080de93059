import * as v from "valibot";
import { policyRecord } from "#local/endpoint/policy-record.ts";
import { physicalName } from "../../endpoint/physical-name.ts";
import { flag, jsonDocument, parseProperties, tagList, tagsOf } from "../../endpoint/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, ResourceState } from "../../endpoint/service.ts";
import { protocols, type TopicRegistry } from "./registry.ts";
import type { Subscriber } from "./subscriber.ts";

const subscriber = { Protocol: v.picklist(protocols), Endpoint: v.string() };

const topicProperties = v.object({
  TopicName: v.optional(v.string()),
  DisplayName: v.optional(v.string()),
  FifoTopic: v.optional(flag),
  KmsMasterKeyId: v.optional(v.string()),
  Subscription: v.optional(v.array(v.object(subscriber)), []),
  Tags: v.optional(tagList),
});

const subscriptionProperties = v.object({
  ...subscriber,
  TopicArn: v.string(),
  DeliveryPolicy: v.optional(jsonDocument),
  FilterPolicy: v.optional(jsonDocument),
  FilterPolicyScope: v.optional(v.picklist(["MessageAttributes", "MessageBody"])),
  RawMessageDelivery: v.optional(v.pipe(flag, v.transform(String))),
  RedrivePolicy: v.optional(jsonDocument),
  SubscriptionRoleArn: v.optional(v.string()),
});

/** `AWS::SNS::Topic`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html */
export function topicProvider(registry: TopicRegistry, subscriptions: Subscriber): ResourceProvider {
  const apply = (name: string, properties: Properties, context: ResourceContext): ResourceState => {
    const { DisplayName, FifoTopic, KmsMasterKeyId, Subscription, Tags } = parse(properties, context);
    const { arn } = registry.createTopic(
      name,
      {
        DisplayName: DisplayName ?? "",
        ...(FifoTopic && { FifoTopic: "true" }),
        ...(KmsMasterKeyId !== undefined && { KmsMasterKeyId }),
      },
      tagsOf(Tags, context),
    );
    for (const { Protocol, Endpoint } of Subscription) subscriptions.subscribe(arn, Protocol, Endpoint, {});
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
      for (const subscription of registry.subscriptionsOf(current.physicalId))
        if (gone.some(({ Endpoint }) => Endpoint === subscription.endpoint)) registry.unsubscribe(subscription.arn);
      return apply(String(current.attributes.TopicName), properties, context);
    },
    async delete(current) {
      registry.deleteTopic(current.physicalId);
    },
  };
}

/** `AWS::SNS::Subscription`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html */
export function subscriptionProvider(registry: TopicRegistry, subscriptions: Subscriber): ResourceProvider {
  const attributesIn = (properties: Properties, context: ResourceContext) => {
    const { TopicArn, Protocol, Endpoint, ...rest } = parseProperties(subscriptionProperties, properties, context);
    const present = Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    return { TopicArn, Protocol, Endpoint, attributes: Object.fromEntries(present) };
  };
  return {
    replaceOn: ["TopicArn", "Protocol", "Endpoint"],
    async create(properties, context) {
      const { TopicArn, Protocol, Endpoint, attributes } = attributesIn(properties, context);
      const { arn } = subscriptions.subscribe(TopicArn, Protocol, Endpoint, attributes);
      return { physicalId: arn, attributes: { Arn: arn } };
    },
    async update(current, properties, _previous, context) {
      const subscription = registry.subscription(current.physicalId);
      subscription.attributes.clear();
      for (const [name, value] of Object.entries(attributesIn(properties, context).attributes))
        subscription.attributes.set(name, String(value));
      return current;
    },
    async delete(current) {
      registry.unsubscribe(current.physicalId);
    },
    read({ physicalId }, { TopicArn }) {
      const found = registry.subscriptionsOf(String(TopicArn)).find(({ arn }) => arn === physicalId);
      return found && { TopicArn: found.topicArn, Protocol: found.protocol, Endpoint: found.endpoint };
    },
  };
}

export const topicPolicyProvider = policyRecord("Topics");

function parse(properties: Properties, context: ResourceContext) {
  return parseProperties(topicProperties, properties, context);
}
