import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { jsonDocument, parseProperties, tagsOf } from "#endpoint/core/properties.ts";
import type {
  Properties,
  ResourceContext,
  ResourceProvider,
  ResourceState,
  Resources,
} from "#endpoint/core/service.ts";
import { statementsIn } from "#endpoint/services/iam/resource-policy.ts";
import { configurationOf, configurationProperties } from "./bucket-configuration.ts";

type Log = (line: string) => void;

const bucketProperties = v.looseObject({
  BucketName: v.optional(v.string()),
  NotificationConfiguration: v.optional(v.record(v.string(), v.unknown())),
  ...configurationProperties,
});

/** What a template may say of a bucket here; all else has no effect, and is said to have none. */
const applied = new Set(Object.keys(bucketProperties.entries));

export function resourcesOf(buckets: Buckets, log: Log): Resources {
  return {
    "AWS::S3::Bucket": bucketResource(buckets, log),
    "AWS::S3::BucketPolicy": bucketPolicyResource(buckets),
  };
}

/** What a bucket resource needs of S3. */
export interface Buckets {
  createBucket(name: string): Promise<void>;
  /** Throws `NoSuchBucket`, `BucketNotEmpty`. */
  deleteBucket(name: string): Promise<void>;
  /** Throws `NoSuchBucket`. Without a text, the policy goes; that of a bucket that is gone has gone with it. */
  putPolicy(bucket: string, policy: string | undefined): Promise<void>;
  /** Puts the document of a subresource, or takes it away. */
  configure(name: string, subresource: string, document: string | undefined): Promise<void>;
}

/** `AWS::S3::Bucket`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html */
function bucketResource(buckets: Buckets, log: Log): ResourceProvider {
  const configure = async (name: string, properties: Properties, context: ResourceContext) => {
    const wanted = parse(properties, context);
    for (const [subresource, document] of Object.entries(configurationOf(wanted, tagsOf(wanted.Tags, context)))) {
      await buckets.configure(name, subresource, document);
    }
    const others = Object.keys(properties).filter((property) => !applied.has(property));
    if (others.length > 0) log(`not emulated: ${others.join(", ")} of the bucket ${name}: no effect here`);
  };
  return {
    replaceOn: ["BucketName"],
    async create(properties, context) {
      const wanted = parse(properties, context);
      // 63 characters is the limit of a bucket's name, and it has no capitals.
      const name = wanted.BucketName ?? physicalName(context, 63, "lower");
      await buckets.createBucket(name);
      context.initiated?.(stateOf(name, context.region));
      await configure(name, properties, context);
      return stateOf(name, context.region);
    },
    async update(current, properties, _previous, context) {
      await configure(current.physicalId, properties, context);
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

/** `AWS::S3::BucketPolicy`: who delivers to the bucket is asked of it; other callers are checked by their own policies alone. */
function bucketPolicyResource(buckets: Buckets): ResourceProvider {
  const put = async (properties: Properties, context: ResourceContext) => {
    const { Bucket, PolicyDocument } = parseProperties(bucketPolicyProperties, properties, context);
    if (statementsIn(PolicyDocument) === undefined)
      throw new AwsError("MalformedPolicy", "This policy contains invalid Json or is missing a required element");
    await buckets.putPolicy(Bucket, PolicyDocument);
    return { physicalId: Bucket, attributes: {} };
  };
  return {
    replaceOn: ["Bucket"],
    create: put,
    update: (_current, properties, _previous, context) => put(properties, context),
    async delete({ physicalId }) {
      await buckets.putPolicy(physicalId, undefined);
    },
  };
}

const bucketPolicyProperties = v.object({ Bucket: v.string(), PolicyDocument: jsonDocument });

function parse(properties: Properties, context: ResourceContext) {
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
