import { zonesOf } from "../stack/blueprint.ts";
import { companionId, newId } from "./identity.ts";
import { arn, type InertType, text, withPrefix } from "./inert-type.ts";
import { checkNatAddress } from "./nat-address.ts";
import { checkSubnet } from "./subnet.ts";

const pair = (left: string, right: string): InertType => ({
  replaceOn: [left, right],
  physicalId: (properties) => `${text(properties, left) ?? ""}|${text(properties, right) ?? ""}`,
});

const securityGroupRule = (prefix: string): InertType => ({
  replaceOn: [
    "CidrIp",
    "CidrIpv6",
    "DestinationPrefixListId",
    "DestinationSecurityGroupId",
    "FromPort",
    "GroupId",
    "GroupName",
    "IpProtocol",
    "SourcePrefixListId",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourceSecurityGroupOwnerId",
    "ToPort",
  ],
  physicalId: () => newId(prefix),
  attributes: (id) => ({ Id: id }),
});

/** EC2's network, replacement rules from the types' reference pages. */
export const networkTypes: Readonly<Record<string, InertType>> = {
  "AWS::EC2::VPC": {
    ...withPrefix("vpc", ["CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength"], (id, properties) => ({
      VpcId: id,
      CidrBlock: text(properties, "CidrBlock") ?? "10.0.0.0/16",
      CidrBlockAssociations: [companionId("vpc-cidr-assoc", id)],
      DefaultNetworkAcl: companionId("acl", id),
      DefaultSecurityGroup: companionId("sg", id),
      Ipv6CidrBlocks: [],
    })),
    heldBy: [
      "AWS::EC2::RouteTable",
      "AWS::EC2::SecurityGroup",
      "AWS::EC2::Subnet",
      "AWS::EC2::VPCEndpoint",
      "AWS::EC2::VPCGatewayAttachment",
    ],
  },
  "AWS::EC2::Subnet": {
    ...withPrefix(
      "subnet",
      ["AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "OutpostArn", "VpcId"],
      (id, properties, context) => ({
        SubnetId: id,
        VpcId: text(properties, "VpcId") ?? "",
        CidrBlock: text(properties, "CidrBlock") ?? "",
        AvailabilityZone: text(properties, "AvailabilityZone") ?? zonesOf(context)[0] ?? "",
        NetworkAclAssociationId: companionId("aclassoc", id),
        Ipv6CidrBlocks: [],
        OutpostArn: "",
      }),
    ),
    check: checkSubnet,
    heldBy: [
      "AWS::EC2::NatGateway",
      "AWS::EC2::VPCEndpoint",
      "AWS::ECS::Service",
      "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ],
  },
  "AWS::EC2::RouteTable": withPrefix("rtb", ["VpcId"], (id) => ({ RouteTableId: id })),
  "AWS::EC2::Route": {
    replaceOn: ["RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"],
    physicalId: (properties) =>
      `${text(properties, "RouteTableId") ?? ""}|${text(properties, "DestinationCidrBlock") ?? text(properties, "DestinationIpv6CidrBlock") ?? ""}`,
    attributes: (_, properties) => ({ CidrBlock: text(properties, "DestinationCidrBlock") ?? "" }),
  },
  "AWS::EC2::SubnetRouteTableAssociation": withPrefix("rtbassoc", ["SubnetId"], (id) => ({ Id: id })),
  "AWS::EC2::InternetGateway": withPrefix("igw", [], (id) => ({ InternetGatewayId: id })),
  "AWS::EC2::EgressOnlyInternetGateway": withPrefix("eigw", ["VpcId"], (id) => ({ Id: id })),
  "AWS::EC2::VPCGatewayAttachment": pair("VpcId", "InternetGatewayId"),
  "AWS::EC2::EIP": {
    replaceOn: ["Address", "Domain", "IpamPoolId", "NetworkBorderGroup", "TransferAddress"],
    physicalId: () => `192.0.2.${1 + (Number.parseInt(newId("eip").slice(-4), 16) % 254)}`,
    attributes: (address) => ({ AllocationId: companionId("eipalloc", address), PublicIp: address }),
  },
  "AWS::EC2::NatGateway": {
    ...withPrefix(
      "nat",
      ["AllocationId", "ConnectivityType", "MaxDrainDurationSeconds", "PrivateIpAddress", "SubnetId"],
      (id) => ({ NatGatewayId: id, EniId: companionId("eni", id) }),
    ),
    check: checkNatAddress,
  },
  "AWS::EC2::SecurityGroup": {
    ...withPrefix("sg", ["GroupDescription", "GroupName", "VpcId"], (id, properties) => ({
      GroupId: id,
      Id: id,
      VpcId: text(properties, "VpcId") ?? "",
    })),
    heldBy: [
      "AWS::EC2::SecurityGroup",
      "AWS::EC2::VPCEndpoint",
      "AWS::ECS::Service",
      "AWS::ElastiCache::ReplicationGroup",
      "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ],
  },
  "AWS::EC2::SecurityGroupIngress": securityGroupRule("sgr"),
  "AWS::EC2::SecurityGroupEgress": securityGroupRule("sgr"),
  "AWS::EC2::VPCEndpoint": withPrefix("vpce", ["ServiceName", "ServiceRegion", "VpcEndpointType", "VpcId"], (id) => ({
    Id: id,
    CreationTimestamp: "",
    DnsEntries: [],
    NetworkInterfaceIds: [],
  })),
  "AWS::EC2::FlowLog": withPrefix(
    "fl",
    [
      "DeliverCrossAccountRole",
      "DeliverLogsPermissionArn",
      "DestinationOptions",
      "LogDestination",
      "LogDestinationType",
      "LogFormat",
      "LogGroupName",
      "MaxAggregationInterval",
      "ResourceId",
      "ResourceType",
      "TrafficType",
    ],
    (id) => ({ Id: id }),
  ),
  "AWS::EC2::NetworkAcl": withPrefix("acl", ["VpcId"], (id) => ({ Id: id })),
  "AWS::EC2::NetworkAclEntry": withPrefix("acle", ["Egress", "NetworkAclId", "RuleNumber"], (id) => ({ Id: id })),
  "AWS::EC2::SubnetNetworkAclAssociation": withPrefix("aclassoc", ["SubnetId", "NetworkAclId"], (id) => ({
    AssociationId: id,
  })),
  "AWS::EC2::VPCDHCPOptionsAssociation": pair("DhcpOptionsId", "VpcId"),
  "AWS::EC2::DHCPOptions": withPrefix("dopt", ["DomainName", "DomainNameServers"], (id) => ({ DhcpOptionsId: id })),
  "AWS::EC2::PrefixList": withPrefix("pl", ["AddressFamily"], (id, _, context) => ({
    PrefixListId: id,
    Arn: arn("ec2", `prefix-list/${id}`, context),
    Version: 1,
  })),
};
