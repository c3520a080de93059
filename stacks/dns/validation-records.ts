import type * as route53 from "aws-cdk-lib/aws-route53";
import { CustomResource } from "aws-cdk-lib/core";
import type { StagePlan } from "#fleet";
import { FunctionRoom } from "../parts/function-room.ts";
import type { Stack } from "../sst.ts";

/**
 * CloudFormation writes the record that validates a certificate and leaves it there, and Route 53 deletes no zone that
 * holds it: the stack would end in `DELETE_FAILED`, to be neither removed nor deployed again. What is returned takes the
 * record out when it goes: after the certificate, which has to depend on it, and before the zone.
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/837
 */
export function clearValidationOnRemoval(stack: Stack, plan: StagePlan, zone: route53.CfnHostedZone): CustomResource {
  const zoneArn = stack.formatArn({
    service: "route53",
    region: "",
    account: "",
    resource: "hostedzone",
    resourceName: zone.attrId,
  });
  const room = new FunctionRoom(stack, plan, {
    name: "clear-validation",
    description: "Takes the records that validated the certificate out of the zone, so that it can be deleted",
    // CloudFormation waits for its answer, and fails the deploy that gets none.
    calls: { by: "request" },
    statements: [
      { actions: ["route53:ListResourceRecordSets"], resources: [zoneArn] },
      {
        actions: ["route53:ChangeResourceRecordSets"],
        resources: [zoneArn],
        // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
        conditions: {
          "ForAllValues:StringEquals": {
            "route53:ChangeResourceRecordSetsRecordTypes": "CNAME",
            "route53:ChangeResourceRecordSetsActions": "DELETE",
          },
          "ForAllValues:StringLike": {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": `_*.${plan.serviceDomain}`,
          },
        },
      },
    ],
  });
  const records = new CustomResource(stack, "ValidationRecords", {
    serviceToken: room.functionArn,
    resourceType: "Custom::ValidationRecords",
    properties: { HostedZoneId: zone.attrId, Domain: plan.serviceDomain },
  });
  records.node.addDependency(room);
  return records;
}
