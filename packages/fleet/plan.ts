import { defaultOAuthPriority, priorityOf, runsIn } from "./check.ts";
import type {
  AlarmDefinition,
  AlarmName,
  alarmNames,
  FleetDefinition,
  PermissionDefinition,
  SecretKeyDefinition,
  ServiceDefinition,
  StageDefinition,
} from "./definition.ts";
import { names } from "./names.ts";
import { FleetError } from "./problem.ts";
import { shardOf } from "./rule.ts";

/** One stage of the fleet with every default filled in: what stacks, functions and tools work from. */
export interface StagePlan {
  readonly stage: string;
  readonly runsOn: "aws" | "loopback";
  readonly durable: boolean;
  readonly account: string;
  readonly region: string;
  /** The zone's domain, and where services live under it: `mcp.<domain>`. */
  readonly domain: string;
  readonly serviceDomain: string;
  readonly deletionProtection: boolean;
  readonly network: { readonly cidr: string; readonly zones: number; readonly natGateways: number };
  readonly redis: { readonly nodes: number; readonly nodeType: string; readonly snapshotRetentionDays: number };
  readonly shards: number;
  readonly alarmTopic: { readonly name: string; readonly adoptedArn: string | undefined };
  readonly hostedZone:
    | { readonly kind: "create" }
    | { readonly kind: "adopt"; readonly id: string; readonly name: string };
  readonly oauth: { readonly paths: readonly string[]; readonly priority: number; readonly owner: string };
  readonly auditIndex: string;
  readonly secrets: readonly SecretPlan[];
  readonly services: readonly ServicePlan[];
}

export interface SecretPlan {
  readonly key: string;
  /** `/<stage>/mcp/<key>` */
  readonly name: string;
  readonly description: string;
  readonly keys: Readonly<Record<string, SecretKeyDefinition>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly adoptedArn: string | undefined;
  /** Keys of the services that use it. */
  readonly usedBy: readonly string[];
}

export interface ServicePlan {
  readonly key: string;
  readonly host: string;
  /** `<host>.mcp.<domain>` */
  readonly hostname: string;
  readonly url: string;
  readonly image: string;
  readonly architecture: "X86_64" | "ARM64";
  readonly port: number;
  readonly cpu: number;
  readonly memory: number;
  readonly desiredCount: number;
  readonly stopTimeout: number;
  readonly health: { readonly path: string; readonly codes: string };
  readonly environment: Readonly<Record<string, string>>;
  /** Environment variables injected from secrets; the variable has the name of the key. */
  readonly secrets: readonly { readonly secret: string; readonly key: string }[];
  readonly sessions: boolean;
  readonly alarms: Readonly<Record<AlarmName, AlarmPlan>>;
  readonly rulePriority: number;
  readonly shard: number;
  readonly permissions: readonly PermissionDefinition[];
  readonly localCommand: readonly string[] | undefined;
}

export type AlarmPlan =
  | { readonly kind: "set"; readonly threshold: number; readonly basis: "placeholder" | "chosen" | "measured" }
  | { readonly kind: "declined"; readonly reason: string };

export interface PlanOptions {
  /** Port in public addresses on loopback, where nobody may bind 443. Default 8443. */
  readonly httpsPort?: number;
}

/** Throws `FleetError` for a stage that is not in the map, or one on AWS without an account. */
export function planStage(fleet: FleetDefinition, stage: string, options: PlanOptions = {}): StagePlan {
  const definition = fleet.stages[stage];
  if (definition === undefined) {
    throw new FleetError([
      {
        field: "stage",
        value: stage,
        allowed: Object.keys(fleet.stages).join(", "),
        remedy: "Add it under `stages` in fleet.config.ts, or name another with --stage.",
      },
    ]);
  }
  const runsOn = definition.runsOn ?? "aws";
  const durable = (definition.profile ?? (stage === "prod" ? "durable" : "disposable")) === "durable";
  const domain = definition.domain ?? defaultDomain(fleet.domain, stage, runsOn, durable);
  const serviceDomain = `${fleet.subdomain ?? "mcp"}.${domain}`;
  const shards = definition.shards ?? 1;
  const port = runsOn === "loopback" ? `:${options.httpsPort ?? 8443}` : "";
  const services = Object.entries(fleet.services)
    .filter(([, service]) => runsIn(service, stage))
    .map(([key, service]) => planService(fleet, key, service, { serviceDomain, shards, port }));
  const zones = definition.network?.zones ?? 2;
  return {
    stage,
    runsOn,
    durable,
    account: accountOf(stage, definition, runsOn),
    region: definition.region ?? fleet.region ?? "us-east-1",
    domain,
    serviceDomain,
    deletionProtection: definition.deletionProtection ?? durable,
    network: {
      cidr: definition.network?.cidr ?? "10.0.0.0/16",
      zones,
      natGateways: definition.network?.natGateways ?? (durable ? zones : 1),
    },
    redis: {
      nodes: definition.redis?.nodes ?? (durable ? 2 : 1),
      nodeType: definition.redis?.nodeType ?? "cache.t4g.micro",
      snapshotRetentionDays: definition.redis?.snapshotRetentionDays ?? (durable ? 7 : 0),
    },
    shards,
    alarmTopic: {
      name: definition.alarmTopic ?? (durable || runsOn === "loopback" ? "MCPAlerts" : `MCPAlerts-${stage}`),
      adoptedArn: definition.adopt?.alarmTopicArn,
    },
    hostedZone: definition.adopt?.hostedZone ? { kind: "adopt", ...definition.adopt.hostedZone } : { kind: "create" },
    oauth: {
      paths: fleet.oauth.paths,
      priority: fleet.oauth.priority ?? defaultOAuthPriority,
      owner: services.find(({ key }) => fleet.services[key]?.oauth === "owner")?.key ?? "",
    },
    auditIndex: fleet.audit.index,
    secrets: planSecrets(fleet, stage, definition, services),
    services,
  };
}

function defaultDomain(domain: string, stage: string, runsOn: "aws" | "loopback", durable: boolean): string {
  if (runsOn === "loopback") return "localhost";
  return durable ? domain : `${stage}.${domain}`;
}

function accountOf(stage: string, definition: StageDefinition, runsOn: "aws" | "loopback"): string {
  if (definition.account !== undefined) return definition.account;
  if (runsOn === "loopback") return "000000000000";
  throw new FleetError([
    {
      field: `stages.${stage}.account`,
      value: undefined,
      allowed: "an AWS account id: twelve digits, in quotes",
      remedy: "Add the account this stage belongs to, so that a deploy with other credentials stops before it begins.",
    },
  ]);
}

function planSecrets(
  fleet: FleetDefinition,
  stage: string,
  definition: StageDefinition,
  services: readonly ServicePlan[],
): readonly SecretPlan[] {
  return Object.entries(fleet.secrets).map(([key, secret]) => ({
    key,
    name: names.secret(stage, key),
    description: secret.description,
    keys: secret.keys,
    aliases: secret.aliases ?? {},
    adoptedArn: definition.adopt?.secrets?.[key],
    usedBy: services
      .filter((service) => service.secrets.some((use) => use.secret === key))
      .map((service) => service.key),
  }));
}

function planService(
  fleet: FleetDefinition,
  key: string,
  service: ServiceDefinition,
  at: { readonly serviceDomain: string; readonly shards: number; readonly port: string },
): ServicePlan {
  const hostname = `${service.host}.${at.serviceDomain}`;
  const url = `https://${hostname}${at.port}`;
  return {
    key,
    host: service.host,
    hostname,
    url,
    image: service.image,
    architecture: service.architecture ?? "X86_64",
    port: service.port,
    cpu: service.cpu,
    memory: service.memory,
    desiredCount: service.desiredCount ?? 1,
    stopTimeout: service.stopTimeout ?? 30,
    health: { path: service.healthPath ?? "/health", codes: service.healthCodes ?? "200" },
    environment: {
      ...Object.fromEntries(
        Object.entries(service.environment ?? {}).map(([name, value]) => [name, value.replaceAll("{url}", url)]),
      ),
      ...auditEnvironment(fleet, service),
    },
    secrets: secretsOf(fleet, service),
    sessions: service.sessions ?? false,
    alarms: planAlarms(fleet, service),
    rulePriority: priorityOf(key, service),
    shard: service.shard ?? shardOf(key, at.shards),
    permissions: service.permissions ?? [],
    localCommand: service.local?.command,
  };
}

function auditEnvironment(fleet: FleetDefinition, { audit }: ServiceDefinition): Readonly<Record<string, string>> {
  if (audit === undefined) return {};
  return {
    SPLUNK_INDEX: fleet.audit.index,
    SPLUNK_SOURCE: audit.source,
    AUDIT_LOG_ENABLED: String(audit.enabled ?? true),
  };
}

function secretsOf(fleet: FleetDefinition, service: ServiceDefinition): ServicePlan["secrets"] {
  const uses = (service.secrets ?? []).map((use) =>
    typeof use === "string" ? { secret: use, keys: Object.keys(fleet.secrets[use]?.keys ?? {}) } : use,
  );
  if (service.audit !== undefined && !uses.some((use) => use.secret === fleet.audit.secret)) {
    uses.push({ secret: fleet.audit.secret, keys: ["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"] });
  }
  return uses.flatMap(({ secret, keys }) => keys.map((key) => ({ secret, key })));
}

function planAlarms(fleet: FleetDefinition, service: ServiceDefinition): Readonly<Record<AlarmName, AlarmPlan>> {
  const plan = (name: AlarmName): AlarmPlan => planAlarm(service.alarms?.[name] ?? fleet.alarms[name]);
  return {
    unhealthyHosts: plan("unhealthyHosts"),
    healthyHosts: plan("healthyHosts"),
    errors5xx: plan("errors5xx"),
    latencyP95: plan("latencyP95"),
    latencyP99: plan("latencyP99"),
    latencyAverage: plan("latencyAverage"),
  } satisfies Record<(typeof alarmNames)[number], AlarmPlan>;
}

function planAlarm(definition: AlarmDefinition): AlarmPlan {
  return "declined" in definition
    ? { kind: "declined", reason: definition.declined }
    : { kind: "set", threshold: definition.threshold, basis: definition.basis ?? "chosen" };
}
