import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { policyResource } from "#endpoint/core/policy-resource.ts";
import type { Place } from "#endpoint/core/ports.ts";
import { flag, jsonDocument, numeric, parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, Resources } from "#endpoint/core/service.ts";
import { queueArn, queueUrl } from "./identity.ts";

/** CloudFormation's properties that are SQS attributes by the same name, with SQS's defaults for one taken away. */
const attributeDefaults = {
  ContentBasedDeduplication: "false",
  DelaySeconds: "0",
  MaximumMessageSize: "1048576",
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
  RedriveAllowPolicy: "",
  RedrivePolicy: "",
  VisibilityTimeout: "30",
} as const;

const text = v.union([v.pipe(numeric, v.transform(String)), v.pipe(flag, v.transform(String)), jsonDocument]);

const queueProperties = v.object({
  QueueName: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/,
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
      ),
    ),
  ),
  FifoQueue: v.optional(flag),
  ContentBasedDeduplication: v.optional(text),
  DelaySeconds: v.optional(text),
  KmsDataKeyReusePeriodSeconds: v.optional(text),
  KmsMasterKeyId: v.optional(v.string()),
  MaximumMessageSize: v.optional(text),
  MessageRetentionPeriod: v.optional(text),
  ReceiveMessageWaitTimeSeconds: v.optional(text),
  RedriveAllowPolicy: v.optional(jsonDocument),
  RedrivePolicy: v.optional(jsonDocument),
  SqsManagedSseEnabled: v.optional(text),
  VisibilityTimeout: v.optional(text),
  Tags: v.optional(tagList),
});

type Call = (operation: string, input: object) => Promise<unknown>;

export function resourcesOf(place: Place, call: Call): Resources {
  return {
    "AWS::SQS::Queue": queueResource(place, call),
    "AWS::SQS::QueuePolicy": policyResource(async (QueueUrl, Policy) => {
      await call("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
    }),
  };
}

/** `AWS::SQS::Queue`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
function queueResource(place: Place, call: Call): ResourceProvider {
  return {
    replaceOn: ["QueueName", "FifoQueue"],
    async create(properties, context) {
      const { QueueName, Tags, FifoQueue, attributes } = parse(properties, context);
      const name = QueueName ?? generatedName(context, FifoQueue === true);
      await call("CreateQueue", {
        QueueName: name,
        Attributes: { ...attributes, ...(FifoQueue && { FifoQueue: "true" }) },
        tags: tagsOf(Tags, context),
      });
      return {
        physicalId: queueUrl(place, name),
        attributes: { Arn: queueArn(place, name), QueueName: name, QueueUrl: queueUrl(place, name) },
      };
    },
    async update(current, properties, previous, context) {
      const { attributes } = parse(properties, context);
      const Attributes = { ...removed(parse(previous, context).attributes, attributes), ...attributes };
      if (Object.keys(Attributes).length > 0)
        await call("SetQueueAttributes", { QueueUrl: current.physicalId, Attributes });
      return current;
    },
    async delete(current) {
      try {
        await call("DeleteQueue", { QueueUrl: current.physicalId });
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "QueueDoesNotExist") throw error;
      }
    },
  };
}

function parse(properties: Properties, context: ResourceContext) {
  const { QueueName, Tags, FifoQueue, ...rest } = parseProperties(queueProperties, properties, context);
  const attributes = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { QueueName, Tags, FifoQueue, attributes };
}

/** SQS keeps an attribute that a request leaves out, so a property that went away is set back to its default. */
function removed(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(attributeDefaults).filter(([name]) => name in before && !(name in after)));
}

function generatedName(context: ResourceContext, fifo: boolean): string {
  // 80 characters, the suffix of a FIFO queue included.
  return fifo ? `${physicalName(context, 75)}.fifo` : physicalName(context, 80);
}
