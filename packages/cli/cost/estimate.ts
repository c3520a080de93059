import { alarmNames, rotationMapOf, type ServicePlan, type StagePlan } from "#fleet";
import { burnWindows } from "#fleet/burn-window.ts";
import { type ReleaseAlarm, releaseAlarms, releaseAlarmsOf } from "#fleet/release-alarm.ts";
import { hoursPerMonth, prices } from "./prices.ts";

export interface CostLine {
  readonly what: string;
  /** Of the resource in CloudFormation, and how many of them the line is about. */
  readonly type: string;
  readonly count: number;
  /** US dollars a month. */
  readonly monthly: number;
}

export interface Estimate {
  readonly lines: readonly CostLine[];
  readonly monthly: number;
  /** Of one more service of the smallest size, with its alarms. */
  readonly oneMore: number;
  /** What the price table lacks. */
  readonly unpriced: readonly string[];
}

/** Alarms of the road to the chats, and the key of their fallback topic: `stacks/chat/`. */
const chatAlarms = 3;
const chatKeys = 1;

/** `stacks/network/waf.ts`. */
const webAclRules = 3;

/** In no template: a metric is there once it was written. */
export const probeMetric = "AWS::CloudWatch::Metric";

/** Each alarm on a share names two: what is counted, and of how many. */
const metricsOfRate = 2;
const usageAlarms = ["memoryUsed", "cpuUsed"] as const;
/** What ECS watches during a release: `stacks/services/release-alarms.ts`. */
const metricsOfRelease: Readonly<Record<ReleaseAlarm, number>> = { releaseErrors: 6, releaseHosts: 2, releaseProbe: 1 };
const metricsOf = (alarms: readonly ReleaseAlarm[]) => alarms.reduce((sum, alarm) => sum + metricsOfRelease[alarm], 0);

/** What a stage costs whether anybody uses it or not. A stage on this machine costs nothing. */
export function estimate(plan: StagePlan): Estimate {
  const smallest = { architecture: "X86_64", cpu: 256, memory: 512 } as const;
  const usual =
    alarmNames.length +
    usageAlarms.length +
    burnWindows.length * metricsOfRate +
    metricsOfRate +
    metricsOf(releaseAlarms.filter((alarm) => alarm !== "releaseProbe" || plan.probe?.everyMinutes === 1));
  const probed = plan.probe === undefined ? 0 : prices.alarmMonth + metricsOfProbe(plan) * prices.metricMonth;
  const oneMore = fargate(smallest) + usual * prices.alarmMonth + prices.compositeAlarmMonth + probed;
  if (plan.runsOn === "loopback") return { lines: [], monthly: 0, oneMore: 0, unpriced: [] };
  const node = nodePrice(plan);
  const lines = [...plan.services.map(serviceLine), ...sharedLines(plan, node ?? 0)];
  return {
    lines,
    monthly: lines.reduce((sum, line) => sum + line.monthly, 0),
    oneMore,
    unpriced: usesRedis(plan) && node === undefined ? [`Redis node ${plan.redis.nodeType}`] : [],
  };
}

function sharedLines(plan: StagePlan, node: number): readonly CostLine[] {
  const { shards, network, redis, secrets, hostedZone, chat, controls } = plan;
  const hourly = (price: number) => price * hoursPerMonth;
  const chats = chat !== undefined && Object.keys(chat.destinations).length > 0;
  // A balancer has an address in each zone, a NAT gateway one of its own.
  const balancerAddresses = shards * network.zones;
  const adoptedAddresses = network.addresses.length;
  const probed = probedOf(plan).length;
  const alarms = alarmsOf(plan) + alarmsOfFunctions(plan, chats) + (chats ? chatAlarms : 0);
  const created = secrets.filter(({ adoptedArn }) => adoptedArn === undefined).length;
  return [
    ...line("AWS::CloudWatch::Alarm", alarms, "alarm", prices.alarmMonth),
    ...line("AWS::CloudWatch::Alarm", ratesOf(plan), "alarm on a share", metricsOfRate * prices.alarmMonth),
    ...releaseLine(plan),
    ...line("AWS::CloudWatch::CompositeAlarm", burnRatesOf(plan), "composite alarm", prices.compositeAlarmMonth),
    ...line("AWS::ApplicationAutoScaling::ScalingPolicy", scaledOf(plan), "scaling, two alarms", 2 * prices.alarmMonth),
    ...line(probeMetric, probed * metricsOfProbe(plan), "metric of the probe", prices.metricMonth),
    ...line("AWS::ElasticLoadBalancingV2::LoadBalancer", shards, "balancer", hourly(prices.balancerHour)),
    ...line("AWS::EC2::NatGateway", network.natGateways, "NAT gateway", hourly(prices.natGatewayHour)),
    ...line(
      "AWS::EC2::EIP",
      network.natGateways - adoptedAddresses,
      "public IPv4 of a NAT gateway",
      hourly(prices.publicAddressHour),
    ),
    ...line(
      "AWS::EC2::NetworkInterface",
      adoptedAddresses,
      "adopted IPv4 of a NAT gateway",
      hourly(prices.publicAddressHour),
    ),
    ...line(
      "AWS::EC2::NetworkInterface",
      balancerAddresses,
      "public IPv4 of a balancer",
      hourly(prices.publicAddressHour),
    ),
    ...line("AWS::EC2::VPCEndpoint", network.adopted === undefined ? 1 : 0, "gateway endpoint, to S3", 0),
    ...line(
      "AWS::EC2::VPCEndpoint",
      endpointsOf(network),
      `interface endpoint in ${network.zones} zones`,
      network.zones * hourly(prices.endpointHour),
    ),
    ...(controls.containerInsights
      ? line("AWS::ECS::Cluster", 1, "Container Insights", prices.metricMonth * insightsMetrics(plan))
      : []),
    ...(usesRedis(plan) && node > 0
      ? line("AWS::ElastiCache::ReplicationGroup", redis.nodes, `Redis node ${redis.nodeType}`, hourly(node))
      : []),
    ...line("AWS::SecretsManager::Secret", created, "secret", prices.secretMonth),
    ...line("AWS::Route53::HostedZone", hostedZone.kind === "create" ? 1 : 0, "hosted zone", prices.hostedZoneMonth),
    ...line("AWS::KMS::Key", keysOf(plan, chats), "KMS key", prices.keyMonth),
    ...line(
      "AWS::WAFv2::WebACL",
      controls.waf === undefined ? 0 : shards,
      `web ACL of ${webAclRules} rules`,
      prices.webAclMonth + webAclRules * prices.webAclRuleMonth,
    ),
  ];
}

/** One of the stage's own for everything, or one for each topic of alarms. */
function keysOf({ controls: { encryptionKey }, alarmTopic }: StagePlan, chats: boolean): number {
  switch (encryptionKey?.kind) {
    case "create":
      return 1;
    case "adopt":
      return 0;
    case undefined:
      return (alarmTopic.adoptedArn === undefined ? 1 : 0) + (chats ? chatKeys : 0);
  }
}

/** Functions have half a gigabyte; one that finds nothing to do is done within a second. */
const idleCall = prices.functionCall + 0.5 * prices.functionGigabyteSecond;
const minutesPerMonth = hoursPerMonth * 60;
/** Of the planner of rotations, and of the tick of the road to the chats. */
const everyFiveMinutes = 2;

/**
 * US dollars a month of the glue that are the same however many services there are: its functions' alarms, its keys, and
 * what its schedules call while nothing happens. A round of the probe takes longer the more services there are.
 */
export function fixedGlue(plan: StagePlan): number {
  const { chat } = plan;
  const chats = chat !== undefined && Object.keys(chat.destinations).length > 0;
  const alarms = alarmsOfFunctions(plan, chats) + (chats ? chatAlarms : 0);
  const keys = keysOf(plan, chats);
  const calls = (everyFiveMinutes / 5) * minutesPerMonth;
  return alarms * prices.alarmMonth + keys * prices.keyMonth + calls * idleCall;
}

/** Metrics of the cluster, and of each service and its task definition. https://aws.amazon.com/cloudwatch/pricing/, its example for ECS */
function insightsMetrics({ services }: StagePlan): number {
  return 8 + services.length * (11 + 6);
}

/** ECR's are two: its API, and Docker's. */
function endpointsOf({ endpoints }: StagePlan["network"]): number {
  return endpoints.length + (endpoints.includes("ecr") ? 1 : 0);
}

function line(type: string, count: number, what: string, monthly: number): readonly CostLine[] {
  return count === 0 ? [] : [{ what: `${count} × ${what}`, type, count, monthly: count * monthly }];
}

/** At its minimum where it is scaled. */
function serviceLine(service: ServicePlan): CostLine {
  const { key, desiredCount, cpu, memory, architecture, scaling, capacity } = service;
  const arm = architecture === "ARM64" ? " ARM" : "";
  const spot = capacity === "spot" ? " Spot" : "";
  const count = scaling === undefined ? desiredCount : `${scaling.min} to ${scaling.max}`;
  return {
    what: `${key}: ${count} × ${cpu / 1024} vCPU${arm}${spot}, ${memory / 1024} GB`,
    type: "AWS::ECS::Service",
    count: 1,
    monthly: desiredCount * fargate(service) * (capacity === "spot" ? prices.fargate.spotShare : 1),
  };
}

function fargate({ architecture, cpu, memory }: Pick<ServicePlan, "architecture" | "cpu" | "memory">): number {
  const price = prices.fargate[architecture];
  return hoursPerMonth * ((cpu / 1024) * price.vcpuHour + (memory / 1024) * price.gigabyteHour);
}

function alarmsOf({ services, shards, balancerErrors }: StagePlan): number {
  const ofServices = services.flatMap(({ alarms, rates }) => [
    ...alarmNames.filter((name) => alarms[name].kind === "set"),
    ...usageAlarms.filter((name) => rates[name].kind === "set"),
  ]);
  const ofProbe = services.filter(({ probe }) => probe?.kind === "set");
  return ofServices.length + ofProbe.length + (balancerErrors.kind === "set" ? shards : 0);
}

function scaledOf({ services }: StagePlan): number {
  return services.filter(({ scaling }) => scaling !== undefined).length;
}

function probedOf({ services }: StagePlan): readonly ServicePlan[] {
  return services.filter(({ probe }) => probe !== undefined);
}

/** `packages/probe/metrics.ts`. */
function metricsOfProbe({ probe }: StagePlan): number {
  return probe === undefined ? 0 : { up: 1, all: 3 }[probe.metrics];
}

function ratesOf(plan: StagePlan): number {
  const slow = plan.services.filter(({ rates }) => rates.slowRequests.kind === "set").length;
  return burnWindows.length * burnRatesOf(plan) + slow;
}

function releaseLine(plan: StagePlan): readonly CostLine[] {
  const alarms = plan.services.flatMap((service) => releaseAlarmsOf(plan, service));
  if (alarms.length === 0) return [];
  const monthly = metricsOf(alarms) * prices.alarmMonth;
  const what = `${alarms.length} × alarm on a release`;
  return [{ what, type: "AWS::CloudWatch::Alarm", count: alarms.length, monthly }];
}

function burnRatesOf({ services }: StagePlan): number {
  return services.filter(({ rates }) => rates.failedRequests.kind === "set").length;
}

/** As many as the calls of each function need: `stacks/parts/function-alarms.ts`. */
function alarmsOfFunctions(plan: StagePlan, chats: boolean): number {
  const { secrets } = rotationMapOf(plan);
  const isIssued = ({ rotation }: (typeof secrets)[number]) => !("declined" in rotation);
  const functions = {
    "clear-validation": plan.hostedZone.kind === "create" && 2,
    "seed-secret": plan.secrets.some(({ adoptedArn }) => adoptedArn === undefined) && 2,
    "rotate-secret": secrets.some(isIssued) && 3,
    "settle-secret": secrets.some((secret) => isIssued(secret) || secret.services.length > 0) && 4,
    "align-splunk": secrets.some(({ aliases }) => Object.keys(aliases).length > 0) && 4,
    "alarm-to-chat": chats && 2,
    "answer-button": chats && plan.chat?.actions !== undefined && 2,
    "list-servers": plan.registry && 2,
    "tune-alarms": chats && 3,
    "probe-services": probedOf(plan).length > 0 && 4,
  };
  return Object.values(functions).reduce<number>((sum, alarms) => sum + Number(alarms), 0);
}

function usesRedis({ services }: StagePlan): boolean {
  return services.some(({ sessions }) => sessions);
}

function nodePrice({ redis }: StagePlan): number | undefined {
  return Object.entries(prices.redisNodeHour).find(([type]) => type === redis.nodeType)?.[1];
}
