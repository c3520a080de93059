import { XMLBuilder } from "fast-xml-parser";
import * as v from "valibot";
import { flag, numeric, tagList } from "#endpoint/core/properties.ts";

const texts = v.optional(v.array(v.string()));

/** The properties of a bucket in a template that S3 answers as configuration. */
export const configurationProperties = {
  BucketEncryption: v.optional(
    v.object({
      ServerSideEncryptionConfiguration: v.array(
        v.object({
          BucketKeyEnabled: v.optional(flag),
          ServerSideEncryptionByDefault: v.optional(
            v.object({ SSEAlgorithm: v.string(), KMSMasterKeyID: v.optional(v.string()) }),
          ),
        }),
      ),
    }),
  ),
  CorsConfiguration: v.optional(
    v.object({
      CorsRules: v.array(
        v.object({
          Id: v.optional(v.string()),
          AllowedHeaders: texts,
          AllowedMethods: v.array(v.string()),
          AllowedOrigins: v.array(v.string()),
          ExposedHeaders: texts,
          MaxAge: v.optional(numeric),
        }),
      ),
    }),
  ),
  OwnershipControls: v.optional(v.object({ Rules: v.array(v.object({ ObjectOwnership: v.string() })) })),
  PublicAccessBlockConfiguration: v.optional(
    v.object({
      BlockPublicAcls: v.optional(flag, false),
      IgnorePublicAcls: v.optional(flag, false),
      BlockPublicPolicy: v.optional(flag, false),
      RestrictPublicBuckets: v.optional(flag, false),
    }),
  ),
  Tags: v.optional(tagList),
  VersioningConfiguration: v.optional(v.object({ Status: v.picklist(["Enabled", "Suspended"]) })),
};
const schema = v.object(configurationProperties);

/** Documents by the subresource that answers them; `undefined` where the template says nothing of it. */
export function configurationOf(
  bucket: v.InferOutput<typeof schema>,
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> {
  const { BucketEncryption, CorsConfiguration, OwnershipControls } = bucket;
  const tagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    cors: document("CORSConfiguration", CorsConfiguration && { CORSRule: CorsConfiguration.CorsRules.map(corsRule) }),
    encryption: document(
      "ServerSideEncryptionConfiguration",
      BucketEncryption && {
        Rule: BucketEncryption.ServerSideEncryptionConfiguration.map((rule) => ({
          ApplyServerSideEncryptionByDefault: rule.ServerSideEncryptionByDefault,
          BucketKeyEnabled: rule.BucketKeyEnabled ?? false,
        })),
      },
    ),
    ownershipControls: document("OwnershipControls", OwnershipControls && { Rule: OwnershipControls.Rules }),
    publicAccessBlock: document("PublicAccessBlockConfiguration", bucket.PublicAccessBlockConfiguration),
    tagging: document("Tagging", tagSet.length === 0 ? undefined : { TagSet: { Tag: tagSet } }),
    versioning: document("VersioningConfiguration", bucket.VersioningConfiguration),
  };
}

type CorsRule = NonNullable<v.InferOutput<typeof schema>["CorsConfiguration"]>["CorsRules"][number];

function corsRule(rule: CorsRule) {
  return {
    ID: rule.Id,
    AllowedHeader: rule.AllowedHeaders,
    AllowedMethod: rule.AllowedMethods,
    AllowedOrigin: rule.AllowedOrigins,
    ExposeHeader: rule.ExposedHeaders,
    MaxAgeSeconds: rule.MaxAge,
  };
}

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@" });

function document(root: string, content: object | undefined): string | undefined {
  return content && builder.build({ [root]: { "@xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", ...content } });
}
