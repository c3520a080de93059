import * as v from "valibot";

const Key = v.union([
  v.strictObject({ placeholder: v.string() }),
  v.strictObject({ randomBytes: v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(1024)) }),
]);

/** How each key of a secret is filled at first. */
export const Keys = v.record(v.string(), Key);
export type Keys = v.InferOutput<typeof Keys>;

/**
 * What CloudFormation sends for `Custom::FirstSecretValue`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html
 */
export const Request = v.object({
  RequestType: v.picklist(["Create", "Update", "Delete"]),
  ResponseURL: v.pipe(v.string(), v.url()),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  PhysicalResourceId: v.optional(v.string()),
  ResourceProperties: v.object({
    SecretArn: v.string(),
    Keys: v.pipe(v.string(), v.parseJson(), Keys),
  }),
});
export type Request = v.InferOutput<typeof Request>;
