import * as v from "valibot";
import { AwsError } from "#local/endpoint/errors.ts";
import type { Place } from "#local/endpoint/ports.ts";
import { type AwsService, define, type Operation } from "#local/endpoint/service.ts";
import type { InertRecords } from "#local/services/cloudformation/inert/inert-records.ts";
import { zonesOf } from "#local/services/cloudformation/stack/blueprint.ts";
import { Listing, matches } from "./filter.ts";
import { type Described, securityGroups, subnets, vpcs } from "./network.ts";

export interface Ec2Ports {
  readonly place: Place;
  /** What CloudFormation keeps of the network: there is nothing else to show. */
  readonly records: InertRecords;
}

/** EC2 as far as CDK and a curious operator look at it: the zones and the network's records. */
export function createEc2({ place, records }: Ec2Ports): AwsService {
  return {
    signingName: "ec2",
    protocol: { kind: "ec2", namespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
    operations: {
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
      DescribeSecurityGroups: describe("GroupId", "securityGroupInfo", "InvalidGroup.NotFound", () =>
        securityGroups(records, place),
      ),
    },
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
