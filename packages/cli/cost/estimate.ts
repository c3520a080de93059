import { alarmNames, type ServicePlan, type StagePlan } from "#fleet";
import { hoursPerMonth, prices } from "./prices.ts";

export interface CostLine {
  readonly what: string;
  /** US dollars a month. */
  readonly monthly: number;
}

export interface Estimate {
  readonly lines: readonly CostLine[];
  readonly monthly: number;
  /** Of one more service of the smallest size, with the six alarms. */
  readonly oneMore: number;
  /** What the table has no price for. */
  readonly unpriced: readonly string[];
}

/** What a stage costs whether anybody uses it or not. */
export function estimate(plan: StagePlan): Estimate {
  const node = Object.entries(prices.redisNodeHour).find(([type]) => type === plan.redis.nodeType)?.[1];
  const sessions = plan.services.some((service) => service.sessions);
  const lines = [
    ...plan.services.map((service) => ({ what: describe(service), monthly: tasks(service) + alarms(service) })),
    ...several(plan.shards, "balancer", prices.balancerHour),
    ...several(plan.network.natGateways, "NAT gateway", prices.natGatewayHour),
    // A balancer has an address in each zone, a NAT gateway one.
    ...several(
      plan.shards * plan.network.zones + plan.network.natGateways,
      "public IPv4 address",
      prices.publicAddressHour,
    ),
    ...(sessions && node !== undefined ? several(plan.redis.nodes, `Redis node ${plan.redis.nodeType}`, node) : []),
    ...each(plan.secrets.length, "secret", prices.secretMonth),
    ...each(plan.hostedZone.kind === "create" ? 1 : 0, "hosted zone", prices.hostedZoneMonth),
    ...each(plan.alarmTopic.adoptedArn === undefined ? 1 : 0, "KMS key", prices.keyMonth),
  ];
  return {
    lines,
    monthly: lines.reduce((sum, line) => sum + line.monthly, 0),
    oneMore: fargate({ architecture: "X86_64", cpu: 256, memory: 512 }) + alarmNames.length * prices.alarmMonth,
    unpriced: sessions && node === undefined ? [`Redis node ${plan.redis.nodeType}`] : [],
  };
}

function describe({ key, desiredCount, cpu, memory }: ServicePlan): string {
  return `${key}: ${desiredCount} × ${cpu / 1024} vCPU, ${memory / 1024} GB, alarms`;
}

function tasks(service: ServicePlan): number {
  return service.desiredCount * fargate(service);
}

function fargate({ architecture, cpu, memory }: Pick<ServicePlan, "architecture" | "cpu" | "memory">): number {
  const price = prices.fargate[architecture];
  return hoursPerMonth * ((cpu / 1024) * price.vcpuHour + (memory / 1024) * price.gigabyteHour);
}

function alarms(service: ServicePlan): number {
  return alarmNames.filter((name) => service.alarms[name].kind === "set").length * prices.alarmMonth;
}

function several(count: number, what: string, hourly: number): readonly CostLine[] {
  return each(count, what, hourly * hoursPerMonth);
}

function each(count: number, what: string, monthly: number): readonly CostLine[] {
  return count === 0 ? [] : [{ what: `${count} × ${what}`, monthly: count * monthly }];
}
