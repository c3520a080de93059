import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceContext, ResourceProvider, ResourceState, Resources } from "#endpoint/core/service.ts";

const bucketProperties = v.object({
  BucketName: v.optional(v.string()),
  NotificationConfiguration: v.optional(v.record(v.string(), v.unknown())),
});

export function resourcesOf(buckets: Buckets): Resources {
  return { "AWS::S3::Bucket": bucketResource(buckets), "AWS::S3::BucketPolicy": bucketPolicyResource };
}

/** What a bucket resource needs of S3. */
export interface Buckets {
  createBucket(name: string): Promise<void>;
  /** Throws `NoSuchBucket`, `BucketNotEmpty`. */
  deleteBucket(name: string): Promise<void>;
}

/** `AWS::S3::Bucket`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html */
function bucketResource(buckets: Buckets): ResourceProvider {
  return {
    replaceOn: ["BucketName"],
    async create(properties, context) {
      const wanted = parse(properties, context);
      // 63 characters is the limit of a bucket's name, and it has no capitals.
      const name = wanted.BucketName ?? physicalName(context, 63, "lower");
      await buckets.createBucket(name);
      return stateOf(name, context.region);
    },
    async update(current, properties, _previous, context) {
      parse(properties, context);
      return current;
    },
    async delete(current) {
      try {
        await buckets.deleteBucket(current.physicalId);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "NoSuchBucket") throw error;
      }
    },
  };
}

/** `AWS::S3::BucketPolicy` is a record: nothing here reads a bucket's policy. */
const bucketPolicyResource: ResourceProvider = {
  replaceOn: ["Bucket"],
  inert: true,
  async create(properties, context) {
    const { Bucket } = parseProperties(v.object({ Bucket: v.string() }), properties, context);
    return { physicalId: Bucket, attributes: {} };
  },
  async update(current) {
    return current;
  },
  async delete() {},
};

function parse(properties: Parameters<ResourceProvider["create"]>[0], context: ResourceContext) {
  const parsed = parseProperties(bucketProperties, properties, context);
  const { EventBridgeConfiguration: _, ...notifications } = parsed.NotificationConfiguration ?? {};
  if (Object.keys(notifications).length > 0) throw notEmulated("S3 event notification (NotificationConfiguration)");
  return parsed;
}

function stateOf(name: string, region: string): ResourceState {
  return {
    physicalId: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
    },
  };
}
