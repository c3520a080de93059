import type { Place } from "#endpoint/core/ports.ts";
import { companionId } from "#endpoint/services/cloudformation/inert/identity.ts";
import type { InertRecords } from "#endpoint/services/cloudformation/inert/inert-records.ts";
import { type Described, tagSet, text } from "./network.ts";

/** Elastic IP addresses, each with the NAT gateway that has it. */
export function addresses(records: InertRecords, { account, region }: Place): Described[] {
  return records.ofType("AWS::EC2::EIP").map((record) => {
    const allocationId = text(record.attributes, "AllocationId");
    const gateway = records
      .ofType("AWS::EC2::NatGateway")
      .find(({ properties }) => properties.AllocationId === allocationId);
    return {
      id: allocationId,
      fields: { "allocation-id": allocationId, "public-ip": record.physicalId, domain: "vpc" },
      tags: record.tags,
      output: {
        allocationId,
        publicIp: record.physicalId,
        domain: "vpc",
        networkBorderGroup: region,
        ...(gateway !== undefined && {
          associationId: companionId("eipassoc", gateway.physicalId),
          networkInterfaceId: text(gateway.attributes, "EniId"),
          networkInterfaceOwnerId: account,
        }),
        tagSet: tagSet(record),
      },
    };
  });
}
