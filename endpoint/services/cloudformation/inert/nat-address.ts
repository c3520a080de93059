import { AwsError } from "#endpoint/core/errors.ts";
import type { Properties, ResourceContext } from "#endpoint/core/service.ts";
import type { InertRecords } from "./inert-records.ts";
import { text } from "./inert-type.ts";

/** An address is there, and of one gateway at a time: a new gateway comes before the old one goes. */
export function checkNatAddress(properties: Properties, _: ResourceContext, records: InertRecords): void {
  const id = text(properties, "AllocationId");
  if (id === undefined) return;
  if (!records.ofType("AWS::EC2::EIP").some(({ attributes }) => attributes.AllocationId === id))
    throw new AwsError("InvalidAllocationID.NotFound", `The allocation ID '${id}' does not exist`);
  if (records.ofType("AWS::EC2::NatGateway").some((other) => other.properties.AllocationId === id))
    throw new AwsError("Resource.AlreadyAssociated", `Elastic IP address [${id}] is already associated`);
}
