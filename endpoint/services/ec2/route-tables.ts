import type { Place } from "#endpoint/core/ports.ts";
import type { InertRecords } from "#endpoint/services/cloudformation/inert/inert-records.ts";
import { type Described, tagSet, text } from "./network.ts";

const targets = {
  GatewayId: "gatewayId",
  NatGatewayId: "natGatewayId",
  TransitGatewayId: "transitGatewayId",
  NetworkInterfaceId: "networkInterfaceId",
} as const;

/** Those of templates: a VPC's main table, which nobody made, is not among them. */
export function routeTables(records: InertRecords, { account }: Place): Described[] {
  return records.ofType("AWS::EC2::RouteTable").map((record) => {
    const { physicalId, properties } = record;
    const vpcId = text(properties, "VpcId");
    const ofTable = (type: string) =>
      records.ofType(type).filter((other) => other.properties.RouteTableId === physicalId);
    return {
      id: physicalId,
      fields: { "route-table-id": physicalId, "vpc-id": vpcId, "owner-id": account },
      tags: record.tags,
      output: {
        routeTableId: physicalId,
        vpcId,
        ownerId: account,
        routeSet: ofTable("AWS::EC2::Route").map((route) => ({
          destinationCidrBlock: text(route.properties, "DestinationCidrBlock"),
          ...Object.fromEntries(
            Object.entries(targets).flatMap(([property, name]) => {
              const target = text(route.properties, property);
              return target === "" ? [] : [[name, target]];
            }),
          ),
          state: "active",
          origin: "CreateRoute",
        })),
        associationSet: ofTable("AWS::EC2::SubnetRouteTableAssociation").map((association) => ({
          routeTableAssociationId: association.physicalId,
          routeTableId: physicalId,
          subnetId: text(association.properties, "SubnetId"),
          main: false,
        })),
        tagSet: tagSet(record),
      },
    };
  });
}
