import { AwsError } from "#endpoint/core/errors.ts";
import type { Properties, ResourceContext } from "#endpoint/core/service.ts";
import { zonesOf } from "../stack/blueprint.ts";
import { addressesOf } from "../template/cidr.ts";
import type { InertRecords } from "./inert-records.ts";
import { text } from "./inert-type.ts";

/**
 * A subnet lies in its VPC, apart from all others there, in a zone of the region.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
export function checkSubnet(properties: Properties, context: ResourceContext, records: InertRecords): void {
  const [vpcId = "", block = ""] = [text(properties, "VpcId"), text(properties, "CidrBlock")];
  const zone = text(properties, "AvailabilityZone");
  const zones = zonesOf(context);
  if (zone !== undefined && !zones.includes(zone))
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.join(", ")}.`,
    );
  const vpc = records.ofType("AWS::EC2::VPC").find(({ physicalId }) => physicalId === vpcId);
  if (vpc === undefined) throw new AwsError("InvalidVpcID.NotFound", `The vpc ID '${vpcId}' does not exist`);
  const [first, last] = addressesOf(block);
  const [vpcFirst, vpcLast] = addressesOf(text(vpc.attributes, "CidrBlock") ?? "");
  if (first < vpcFirst || last > vpcLast) throw new AwsError("InvalidSubnet.Range", `The CIDR '${block}' is invalid.`);
  const others = records.ofType("AWS::EC2::Subnet").filter(({ attributes }) => attributes.VpcId === vpcId);
  const overlaps = others.some(({ attributes }) => {
    const [otherFirst, otherLast] = addressesOf(text(attributes, "CidrBlock") ?? "");
    return first <= otherLast && otherFirst <= last;
  });
  if (overlaps) throw new AwsError("InvalidSubnet.Conflict", `The CIDR '${block}' conflicts with another subnet`);
}
