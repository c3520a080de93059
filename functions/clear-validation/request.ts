import * as v from "valibot";

/**
 * What CloudFormation sends for `Custom::ValidationRecords`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html
 */
export const Request = v.object({
  RequestType: v.picklist(["Create", "Update", "Delete"]),
  ResponseURL: v.pipe(v.string(), v.url()),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  PhysicalResourceId: v.optional(v.string()),
  ResourceProperties: v.object({ HostedZoneId: v.string(), Domain: v.string() }),
});
export type Request = v.InferOutput<typeof Request>;
