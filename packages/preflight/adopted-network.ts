import {
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
  EC2Client,
  paginateDescribeSubnets,
  type RouteTable,
  type Subnet,
} from "@aws-sdk/client-ec2";
import { orMissing } from "#cli/aws.ts";
import type { NetworkPlan } from "#fleet";
import type { Site } from "./question.ts";

type Adopted = NonNullable<NetworkPlan["adopted"]>;

/** A VPC that the map adopts, as it is used. */
export interface AdoptedNetwork {
  readonly vpcId: string;
  readonly cidrs: readonly string[];
  readonly publicSubnets: readonly string[];
  readonly privateSubnets: readonly string[];
}

export interface FoundSubnet {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly freeAddresses: number;
  /** Where its default route leads: the id of an internet gateway, a NAT gateway and so on. */
  readonly defaultRoute: string | undefined;
}

export interface FoundNetwork {
  /** Address ranges; `undefined` where there is no such VPC. */
  readonly cidrs: readonly string[] | undefined;
  readonly publicSubnets: readonly FoundSubnet[];
  readonly privateSubnets: readonly FoundSubnet[];
}

export async function findNetwork(
  { aws }: Pick<Site, "aws">,
  { id, publicSubnets, privateSubnets }: Adopted,
): Promise<FoundNetwork> {
  const client = aws.client(EC2Client);
  const found = await orMissing(client.send(new DescribeVpcsCommand({ VpcIds: [id] })), "InvalidVpcID.NotFound");
  const vpc = found?.Vpcs?.[0];
  if (vpc === undefined) return { cidrs: undefined, publicSubnets: [], privateSubnets: [] };
  const inVpc = [{ Name: "vpc-id", Values: [id] }];
  const subnets: Subnet[] = [];
  for await (const page of paginateDescribeSubnets({ client }, { Filters: inVpc }))
    subnets.push(...(page.Subnets ?? []));
  const { RouteTables = [] } = await client.send(new DescribeRouteTablesCommand({ Filters: inVpc }));
  const pick = (wanted: Adopted["publicSubnets"]) =>
    subnets.filter((subnet) => isWanted(subnet, wanted)).map((subnet) => describe(subnet, RouteTables));
  const ranges = vpc.CidrBlockAssociationSet?.flatMap(({ CidrBlock }) => CidrBlock ?? []) ?? [];
  return {
    cidrs: ranges.length > 0 ? ranges : vpc.CidrBlock === undefined ? [] : [vpc.CidrBlock],
    publicSubnets: pick(publicSubnets),
    privateSubnets: pick(privateSubnets),
  };
}

/** What the stacks need of it; `undefined` for a network that the question would refuse. */
export async function readAdoptedNetwork(
  site: Pick<Site, "aws">,
  adopted: NetworkPlan["adopted"],
): Promise<AdoptedNetwork | undefined> {
  if (adopted === undefined) return undefined;
  const { cidrs = [], publicSubnets, privateSubnets } = await findNetwork(site, adopted);
  const ids = (found: readonly FoundSubnet[]) => found.map(({ id }) => id).toSorted();
  return { vpcId: adopted.id, cidrs, publicSubnets: ids(publicSubnets), privateSubnets: ids(privateSubnets) };
}

function isWanted({ SubnetId = "", Tags = [] }: Subnet, wanted: Adopted["publicSubnets"]): boolean {
  return "tag" in wanted
    ? Tags.some(({ Key, Value }) => Key === wanted.tag && Value === wanted.value)
    : wanted.includes(SubnetId);
}

/** A subnet without a table of its own has the main one of its VPC. */
function describe(subnet: Subnet, tables: readonly RouteTable[]): FoundSubnet {
  const { SubnetId: id = "", VpcId: vpcId = "", AvailabilityZone: zone = "", AvailableIpAddressCount = 0 } = subnet;
  const own = tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === id));
  const table = own ?? tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true));
  const route = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === "0.0.0.0/0");
  const defaultRoute = route?.GatewayId ?? route?.NatGatewayId ?? route?.TransitGatewayId ?? route?.NetworkInterfaceId;
  return { id, vpcId, zone, freeAddresses: AvailableIpAddressCount, defaultRoute };
}
