import { Fn } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";
import type { StagePlan } from "#fleet";

/** Eight equal subnets: two for each of three zones, and two to spare. */
const subnetBits = 3;

/**
 * Public and private subnets over the plan's zones. Written out rather than taken from `ec2.Vpc`, which looks up the
 * account's zones at synthesis: this template needs no AWS call before it is deployed.
 */
export class Vpc extends Construct {
  readonly id: string;
  readonly publicSubnets: readonly string[];
  readonly privateSubnets: readonly string[];

  constructor(scope: Construct, id: string, { stage, network }: StagePlan) {
    super(scope, id);
    const vpc = new ec2.CfnVPC(this, "Vpc", {
      cidrBlock: network.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: [{ key: "Name", value: `${stage}-mcp` }],
    });
    this.id = vpc.attrVpcId;
    const hostBits = 32 - Number(network.cidr.split("/")[1]) - subnetBits;
    const blocks = Fn.cidr(network.cidr, 2 * network.zones, String(hostBits));
    const zones = Array.from({ length: network.zones }, (_, index) => index);
    const gateway = new ec2.CfnInternetGateway(this, "InternetGateway");
    const attachment = new ec2.CfnVPCGatewayAttachment(this, "InternetGatewayAttachment", {
      vpcId: this.id,
      internetGatewayId: gateway.attrInternetGatewayId,
    });

    const outward = new ec2.CfnRouteTable(this, "PublicRoutes", { vpcId: this.id });
    const outwardRoute = new ec2.CfnRoute(this, "PublicDefaultRoute", {
      routeTableId: outward.attrRouteTableId,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.attrInternetGatewayId,
    });
    outwardRoute.addDependency(attachment);

    this.publicSubnets = zones.map((zone) => this.#subnet("Public", zone, Fn.select(zone, blocks), () => outward));
    const nats = zones.slice(0, network.natGateways).map((zone) => this.#nat(zone, outwardRoute));
    this.privateSubnets = zones.map((zone) =>
      this.#subnet("Private", zone, Fn.select(network.zones + zone, blocks), () => this.#natRoutes(zone, nats)),
    );
  }

  #subnet(kind: "Public" | "Private", zone: number, cidrBlock: string, routes: () => ec2.CfnRouteTable): string {
    const subnet = new ec2.CfnSubnet(this, `${kind}Subnet${zone + 1}`, {
      vpcId: this.id,
      cidrBlock,
      availabilityZone: Fn.select(zone, Fn.getAzs()),
      // Only the balancer has public addresses, and it brings its own.
      mapPublicIpOnLaunch: false,
    });
    new ec2.CfnSubnetRouteTableAssociation(this, `${kind}Subnet${zone + 1}Routes`, {
      subnetId: subnet.attrSubnetId,
      routeTableId: routes().attrRouteTableId,
    });
    return subnet.attrSubnetId;
  }

  #nat(zone: number, outwardRoute: ec2.CfnRoute): ec2.CfnNatGateway {
    const subnetId = this.publicSubnets[zone];
    if (subnetId === undefined) throw new Error(`No public subnet in zone ${zone + 1} for a NAT gateway.`);
    const address = new ec2.CfnEIP(this, `NatAddress${zone + 1}`, { domain: "vpc" });
    const nat = new ec2.CfnNatGateway(this, `NatGateway${zone + 1}`, {
      subnetId,
      allocationId: address.attrAllocationId,
    });
    nat.addDependency(outwardRoute);
    return nat;
  }

  /** With fewer gateways than zones the zones take turns. */
  #natRoutes(zone: number, nats: readonly ec2.CfnNatGateway[]): ec2.CfnRouteTable {
    const table = new ec2.CfnRouteTable(this, `PrivateRoutes${zone + 1}`, { vpcId: this.id });
    const nat = nats[zone % nats.length];
    if (nat === undefined) throw new Error("A stage needs one NAT gateway at least: tasks reach out through it.");
    new ec2.CfnRoute(this, `PrivateDefaultRoute${zone + 1}`, {
      routeTableId: table.attrRouteTableId,
      destinationCidrBlock: "0.0.0.0/0",
      natGatewayId: nat.attrNatGatewayId,
    });
    return table;
  }
}
