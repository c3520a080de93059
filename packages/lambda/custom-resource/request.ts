import * as v from "valibot";

/**
 * What CloudFormation sends for a custom resource with these properties.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html
 */
export function requestWith<Properties extends v.GenericSchema>(properties: Properties) {
  return v.object({
    RequestType: v.picklist(["Create", "Update", "Delete"]),
    ResponseURL: v.pipe(v.string(), v.url()),
    StackId: v.string(),
    RequestId: v.string(),
    LogicalResourceId: v.string(),
    PhysicalResourceId: v.optional(v.string()),
    ResourceProperties: properties,
  });
}
