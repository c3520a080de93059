import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operation, type Operations } from "#endpoint/core/service.ts";
import { zonesOf } from "#endpoint/services/cloudformation/stack/blueprint.ts";
import { addresses } from "./addresses.ts";
import type { Ec2Ports } from "./engine.ts";
import { Listing, matches } from "./filter.ts";
import { type Described, securityGroups, subnets, vpcs } from "./network.ts";
import { routeTables } from "./route-tables.ts";

export function operationsOf({ place, records }: Ec2Ports): Operations {
  return {
    DescribeAvailabilityZones: define(v.object({}), () => ({
      availabilityZoneInfo: zonesOf(place).map((zoneName, index) => ({
        zoneName,
        zoneId: `use1-az${index + 1}`,
        zoneState: "available",
        zoneType: "availability-zone",
        regionName: place.region,
        groupName: place.region,
        networkBorderGroup: place.region,
        optInStatus: "opt-in-not-required",
      })),
    })),
    DescribeVpcs: describe("VpcId", "vpcSet", "InvalidVpcID.NotFound", () => vpcs(records, place)),
    DescribeSubnets: describe("SubnetId", "subnetSet", "InvalidSubnetID.NotFound", () => subnets(records, place)),
    DescribeRouteTables: describe("RouteTableId", "routeTableSet", "InvalidRouteTableID.NotFound", () =>
      routeTables(records, place),
    ),
    DescribeAddresses: describe("AllocationId", "addressesSet", "InvalidAllocationID.NotFound", () =>
      addresses(records, place),
    ),
    DescribeSecurityGroups: describe("GroupId", "securityGroupInfo", "InvalidGroup.NotFound", () =>
      securityGroups(records, place),
    ),
  };
}

function describe(
  idMember: Exclude<keyof Listing, "Filter">,
  setName: string,
  notFound: string,
  all: () => Described[],
): Operation {
  return define(Listing, (input) => {
    const ids = input[idMember];
    const items = all();
    const missing = ids.find((id) => !items.some((item) => item.id === id));
    if (missing !== undefined) throw new AwsError(notFound, `The ID '${missing}' does not exist`);
    const found = items.filter((item) => (ids.length === 0 || ids.includes(item.id)) && matches(item, input.Filter));
    return { [setName]: found.map(({ output }) => output) };
  });
}
