import type {
  AdoptedVpcDefinition,
  ControlsDefinition,
  FleetDefinition,
  ProbeDefinition,
  StageDefinition,
} from "./definition.ts";
import type { ControlsPlan, NetworkPlan, RedisPlan } from "./plan.ts";
import { defaultIdleSeconds } from "./timing.ts";

export const defaultOAuthPriority = 10;
export const defaultSubdomain = "mcp";
export const defaultRegion = "us-east-1";
/** The account of a stage on this machine that names none. */
export const localAccount = "000000000000";
/** The index that every Splunk has. */
export const defaultSplunkIndex = "main";

/** What follows from where a stage runs and how long its data must live. */
export interface StageCharacter {
  readonly runsOn: "aws" | "loopback";
  readonly durable: boolean;
}

export function characterOf(stage: string, definition: StageDefinition): StageCharacter {
  const usual = stage === "prod" ? "durable" : "disposable";
  return { runsOn: definition.runsOn ?? "aws", durable: (definition.profile ?? usual) === "durable" };
}

export function domainOf(fleet: FleetDefinition, stage: string, { runsOn, durable }: StageCharacter): string {
  const own = fleet.stages[stage]?.domain;
  if (own !== undefined) return own;
  if (runsOn === "loopback") return "localhost";
  return durable ? fleet.domain : `${stage}.${fleet.domain}`;
}

export function networkOf({ network = {}, adopt }: StageDefinition, { durable }: StageCharacter): NetworkPlan {
  const zones = network.zones ?? zonesOf(adopt?.vpc) ?? 2;
  return {
    cidr: "10.0.0.0/16",
    zones,
    endpoints: [],
    natGateways: adopt?.vpc === undefined ? (durable ? zones : 1) : 0,
    idleTimeoutSeconds: defaultIdleSeconds,
    ...network,
    adopted: adopt?.vpc,
    addresses: adopt?.addresses ?? [],
  };
}

/** Of a balancer there: subnets that are found by a tag are known to the deploy alone. */
function zonesOf(vpc: AdoptedVpcDefinition | undefined): number | undefined {
  return vpc !== undefined && "length" in vpc.publicSubnets ? vpc.publicSubnets.length : undefined;
}

export function controlsOf({ encryptionKey, waf, bootstrap, ...controls }: ControlsDefinition = {}): ControlsPlan {
  return {
    containerInsights: false,
    flowLogs: false,
    permissionsBoundary: undefined,
    accessLogs: undefined,
    execTranscripts: false,
    ...controls,
    encryptionKey: encryptionKey === undefined ? undefined : keyOf(encryptionKey),
    waf: waf && { mode: "count", requestsPerFiveMinutes: 10_000, ...waf },
    bootstrap: bootstrap ? { stack: `CDKToolkit-${bootstrap.qualifier}`, ...bootstrap } : usualBootstrap,
  };
}

function keyOf(wanted: string): NonNullable<ControlsPlan["encryptionKey"]> {
  return wanted === "create" ? { kind: "create" } : { kind: "adopt", arn: wanted };
}

/** CDK's own. https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html */
const usualBootstrap = { qualifier: "hnb659fds", stack: "CDKToolkit" };

export function redisOf({ redis, adopt }: StageDefinition, { durable }: StageCharacter): RedisPlan {
  return {
    nodes: durable ? 2 : 1,
    nodeType: "cache.t4g.micro",
    snapshotRetentionDays: durable ? 7 : 0,
    ...redis,
    snapshot: adopt?.redisSnapshot,
  };
}

export function probeOf(
  definition: StageDefinition["probe"],
  { durable }: StageCharacter,
): Required<ProbeDefinition> | undefined {
  const wanted = definition ?? (durable ? {} : false);
  return wanted === false ? undefined : { everyMinutes: 1, metrics: "up", ...wanted };
}

/** Topic names are unique in an account: a second stage beside `prod` must not clash with the first. */
export function alarmTopicOf(stage: string, definition: StageDefinition, { runsOn, durable }: StageCharacter): string {
  return definition.alarmTopic ?? (durable || runsOn === "loopback" ? "MCPAlerts" : `MCPAlerts-${stage}`);
}
