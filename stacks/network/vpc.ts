import * as ec2 from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";
import type { DeployPlan } from "../parts/plan.ts";
import { blockOf } from "./blocks.ts";
import { zoneNames } from "./zones.ts";

type Kind = "Public" | "Private";

/**
 * Public and private subnets over the plan's zones. Written out rather than taken from `ec2.Vpc`, whose subnets move when
 * a zone is added. A subnet that is deployed stays, with its zone and its block: what is in it leaves it first, and an
 * empty one costs nothing.
 */
export class Vpc extends Construct {
  readonly vpcId: string;
  /** Those of the plan's zones. */
  readonly publicSubnets: readonly string[];
  readonly privateSubnets: readonly string[];
  /** Those of zones, too, that the plan no longer has. */
  readonly everyPrivateSubnet: readonly string[];

  readonly privateRouteTables: readonly string[];

  readonly #plan: DeployPlan;

  constructor(scope: Construct, id: string, plan: DeployPlan) {
    super(scope, id);
    this.#plan = plan;
    const { stage, network } = plan;
    const vpc = new ec2.CfnVPC(this, "Vpc", {
      cidrBlock: network.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: [{ key: "Name", value: `${stage}-mcp` }],
    });
    this.vpcId = vpc.attrVpcId;
    const names = zoneNames(plan);
    const gateway = new ec2.CfnInternetGateway(this, "InternetGateway");
    const attachment = new ec2.CfnVPCGatewayAttachment(this, "InternetGatewayAttachment", {
      vpcId: this.vpcId,
      internetGatewayId: gateway.attrInternetGatewayId,
    });

    const outward = new ec2.CfnRouteTable(this, "PublicRoutes", { vpcId: this.vpcId });
    const outwardRoute = new ec2.CfnRoute(this, "PublicDefaultRoute", {
      routeTableId: outward.attrRouteTableId,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.attrInternetGatewayId,
    });
    outwardRoute.addDependency(attachment);

    const everyPublicSubnet = names.map((name, zone) => this.#subnet("Public", zone, name, () => outward));
    this.publicSubnets = everyPublicSubnet.slice(0, network.zones);
    const nats = this.publicSubnets
      .slice(0, network.natGateways)
      .map((subnetId, zone) => this.#nat(zone, subnetId, outwardRoute));
    const tables: string[] = [];
    this.everyPrivateSubnet = names.map((name, zone) =>
      this.#subnet("Private", zone, name, () => {
        const table = this.#natRoutes(zone, nats);
        tables.push(table.attrRouteTableId);
        return table;
      }),
    );
    this.privateRouteTables = tables;
    this.privateSubnets = this.everyPrivateSubnet.slice(0, network.zones);
  }

  #subnet(kind: Kind, zone: number, availabilityZone: string, routes: () => ec2.CfnRouteTable): string {
    const name = `${kind}Subnet${zone + 1}`;
    const { network, standing } = this.#plan;
    const subnet = new ec2.CfnSubnet(this, name, {
      vpcId: this.vpcId,
      cidrBlock: standing.subnets[name]?.cidr ?? blockOf(network.cidr, kind, zone),
      availabilityZone,
      // Only the balancer has public addresses, and it brings its own.
      mapPublicIpOnLaunch: false,
    });
    new ec2.CfnSubnetRouteTableAssociation(this, `${name}Routes`, {
      subnetId: subnet.attrSubnetId,
      routeTableId: routes().attrRouteTableId,
    });
    return subnet.attrSubnetId;
  }

  #nat(zone: number, subnetId: string, outwardRoute: ec2.CfnRoute): ec2.CfnNatGateway {
    const allocationId =
      this.#plan.network.addresses[zone] ??
      new ec2.CfnEIP(this, `NatAddress${zone + 1}`, { domain: "vpc" }).attrAllocationId;
    const nat = new ec2.CfnNatGateway(this, `NatGateway${zone + 1}`, { subnetId, allocationId });
    nat.addDependency(outwardRoute);
    return nat;
  }

  /** With fewer gateways than zones the zones take turns. */
  #natRoutes(zone: number, nats: readonly ec2.CfnNatGateway[]): ec2.CfnRouteTable {
    const table = new ec2.CfnRouteTable(this, `PrivateRoutes${zone + 1}`, { vpcId: this.vpcId });
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
