import { DescribeAvailabilityZonesCommand, EC2Client, paginateDescribeSubnets } from "@aws-sdk/client-ec2";
import * as v from "valibot";
import { names, type StagePlan, type Standing, type StandingService, type StandingSubnet } from "#fleet";
import { readStack } from "./deployed.ts";
import type { Site } from "./question.ts";
import { type DeployedTemplate, readTemplate } from "./template.ts";

type Place = Pick<Site, "plan" | "aws">;

/** What is deployed of a stage, from the templates it was deployed with; names in them are plain texts. */
export async function readStanding(place: Place): Promise<Standing> {
  const [templates, subnets, dns] = await Promise.all([
    readTemplates(place),
    readSubnets(place),
    readStack(place, "Dns"),
  ]);
  const [ownZone] = [...(dns ?? [])].find(([, type]) => type === "AWS::Route53::HostedZone") ?? [];
  return standingOf(place.plan, templates, { subnets, ownZone });
}

/** Templates by the stack's plain name, such as `Services2`. */
type Templates = ReadonlyMap<string, DeployedTemplate>;

/** @param ids what AWS alone knows */
export function standingOf(
  plan: StagePlan,
  templates: Templates,
  ids: { readonly subnets: Standing["subnets"]; readonly ownZone: string | undefined },
): Standing {
  const first = <const S extends v.GenericSchema>(stack: string, type: string, schema: S) =>
    templates.get(stack)?.all(type, schema)[0]?.properties;
  const certificate = first("Dns", "AWS::CertificateManager::Certificate", Certificate);
  const redis = first("Sessions", "AWS::ElastiCache::ReplicationGroup", Redis);
  return {
    cidr: first("Network", "AWS::EC2::VPC", v.object({ CidrBlock: v.string() }))?.CidrBlock,
    adoptedVpc: first("Network", "AWS::EC2::SecurityGroup", v.object({ VpcId: v.string() }))?.VpcId,
    subnets: ids.subnets,
    serviceDomain: certificate?.DomainName,
    hostedZone: zoneOf(certificate?.DomainValidationOptions[0]?.HostedZoneId, ids.ownZone),
    alarmTopic: first("Alerts", "AWS::SNS::Topic", v.object({ TopicName: v.string() }))?.TopicName,
    redisNodes: redis?.NumCacheClusters,
    redisSnapshot: redis?.SnapshotName,
    natAddresses: natAddressesIn(templates.get("Network")),
    ...servicesOf(plan, templates),
  };
}

async function readTemplates(place: Place): Promise<Templates> {
  const found = new Map<string, DeployedTemplate>();
  const read = async (name: string) => {
    const template = await readTemplate(place, name);
    if (template !== undefined) found.set(name, template);
    return template;
  };
  const services = async () => {
    for (let shard = 1; (await read(servicesStack(shard))) !== undefined; ) shard++;
  };
  await Promise.all([...["Network", "Dns", "Alerts", "Sessions"].map(read), services()]);
  return found;
}

const servicesStack = (shard: number) => (shard === 1 ? "Services" : `Services${shard}`);

/** An adopted zone is named by its id, and one that the stage made by a reference. */
function zoneOf(named: unknown, ownZone: string | undefined): Standing["hostedZone"] {
  if (typeof named === "string") return { id: named, adopted: true };
  return ownZone === undefined ? undefined : { id: ownZone, adopted: false };
}

/** Those that the stage made are references. */
export function natAddressesIn(network: DeployedTemplate | undefined): readonly string[] {
  const gateways = network?.all("AWS::EC2::NatGateway", v.object({ AllocationId: v.string() })) ?? [];
  return gateways.map(({ properties }) => properties.AllocationId);
}

const Redis = v.object({ NumCacheClusters: v.number(), SnapshotName: v.optional(v.string()) });
const Certificate = v.object({
  DomainName: v.string(),
  DomainValidationOptions: v.array(v.object({ HostedZoneId: v.unknown() })),
});

/** Names of the zones in which the account may have subnets. */
export async function readZones({ aws }: Pick<Site, "aws">): Promise<readonly string[]> {
  const { AvailabilityZones = [] } = await aws.client(EC2Client).send(new DescribeAvailabilityZonesCommand({}));
  return AvailabilityZones.filter(({ State, ZoneType }) => State === "available" && ZoneType === "availability-zone")
    .flatMap(({ ZoneName }) => ZoneName ?? [])
    .toSorted();
}

/** By the end of its logical id, such as `PublicSubnet1`. */
async function readSubnets({ plan, aws }: Place): Promise<Standing["subnets"]> {
  const found: Record<string, StandingSubnet> = {};
  const Filters = [{ Name: "tag:aws:cloudformation:stack-name", Values: [`${names.stacks(plan.stage)}Network`] }];
  for await (const { Subnets = [] } of paginateDescribeSubnets({ client: aws.client(EC2Client) }, { Filters })) {
    for (const { Tags = [], AvailabilityZone: zone, CidrBlock: cidr } of Subnets) {
      const id = Tags.find(({ Key }) => Key === "aws:cloudformation:logical-id")?.Value;
      const [name] = /(?:Public|Private)Subnet\d/.exec(id ?? "") ?? [];
      if (name !== undefined && zone !== undefined && cidr !== undefined) found[name] = { zone, cidr };
    }
  }
  return found;
}

function servicesOf(
  { stage, services: planned }: StagePlan,
  templates: Templates,
): Pick<Standing, "services" | "olderLogs"> {
  const services: Record<string, StandingService> = {};
  const logs = new Set<string>();
  for (let shard = 1; ; shard++) {
    const template = templates.get(servicesStack(shard));
    if (template === undefined) break;
    for (const { key, service } of servicesIn(template, shard)) services[key] = service;
    for (const { properties } of template.all("AWS::Logs::LogGroup", v.object({ LogGroupName: v.string() })))
      logs.add(properties.LogGroupName);
  }
  return {
    services,
    olderLogs: new Set(planned.map(({ key }) => key).filter((key) => logs.has(names.logGroup(stage, key)))),
  };
}

const Attribute = v.object({ "Fn::GetAtt": v.tuple([v.string(), v.string()]) });
const Service = v.object({
  LoadBalancers: v.tuple([v.object({ ContainerName: v.string(), TargetGroupArn: Attribute })]),
  CapacityProviderStrategy: v.optional(v.array(v.object({ CapacityProvider: v.string() })), []),
});
const TargetGroup = v.object({ Port: v.number() });
const Record = v.object({ Name: v.string(), Weight: v.number() });
const Rule = v.object({
  Priority: v.number(),
  // One condition: rules of OAuth paths have another, or have no host.
  Conditions: v.tuple([v.object({ HostHeaderConfig: v.object({ Values: v.tuple([v.string()]) }) })]),
  Actions: v.tuple([v.object({ TargetGroupArn: Attribute })]),
});

function servicesIn(
  template: DeployedTemplate,
  shard: number,
): readonly { readonly key: string; readonly service: StandingService }[] {
  const groups = template.all("AWS::ElasticLoadBalancingV2::TargetGroup", TargetGroup);
  const records = template.all("AWS::Route53::RecordSet", Record);
  const rules = template.all("AWS::ElasticLoadBalancingV2::ListenerRule", Rule);
  return template
    .all("AWS::ECS::Service", Service)
    .flatMap(({ properties: { LoadBalancers, CapacityProviderStrategy } }) => {
      const [{ ContainerName: key, TargetGroupArn }] = LoadBalancers;
      const [id] = TargetGroupArn["Fn::GetAtt"];
      const group = groups.find(({ logicalId }) => logicalId === id);
      const rule = rules.find(({ properties }) => properties.Actions[0].TargetGroupArn["Fn::GetAtt"][0] === id);
      if (group === undefined || rule === undefined) return [];
      const { Priority: rulePriority, Conditions } = rule.properties;
      const hostname = Conditions[0].HostHeaderConfig.Values[0];
      const recordWeight = records.find(({ properties }) => properties.Name === hostname)?.properties.Weight;
      const isSpot = CapacityProviderStrategy.some(({ CapacityProvider }) => CapacityProvider === "FARGATE_SPOT");
      const capacity = isSpot ? "spot" : "on-demand";
      const targetGroupPort = group.properties.Port;
      return [{ key, service: { shard, targetGroupPort, hostname, rulePriority, recordWeight, capacity } }];
    });
}
