import type { AlarmPlan, Measured, ProbeAlarmPlan, RatePlans } from "./alarm-plan.ts";
import type {
  AccessLogsDefinition,
  AdoptedVpcDefinition,
  AlarmName,
  BootstrapDefinition,
  ChatActions,
  ChatDestination,
  ChatMute,
  ChatRoute,
  NetworkDefinition,
  PermissionDefinition,
  ProbeDefinition,
  RedisDefinition,
  RotationDefinition,
  ScalingDefinition,
  SecretKeyDefinition,
  Severity,
  WafDefinition,
} from "./definition.ts";
import type { balancerReportSeconds } from "./timing.ts";

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
  readonly network: NetworkPlan;
  readonly redis: RedisPlan;
  readonly controls: ControlsPlan;
  readonly shards: number;
  /** Of each balancer's own errors: where the fleet's threshold for 5xx is, as nobody's service gave them. */
  readonly balancerErrors: AlarmPlan;
  /** Seconds of an alarm's period: a minute, as the balancer reports on AWS; less on one machine, where it is long. */
  readonly alarmPeriodSeconds: 10 | typeof balancerReportSeconds;
  /** Absent: nobody asks the services. */
  readonly probe: Required<ProbeDefinition> | undefined;
  /** Whether anybody may read the list of its servers. */
  readonly registry: boolean;
  /** Of its DNS records; absent where it alone has their names. */
  readonly recordWeight: number | undefined;
  readonly alarmTopic: { readonly name: string; readonly adoptedArn: string | undefined };
  readonly hostedZone:
    | { readonly kind: "create" }
    | { readonly kind: "adopt"; readonly id: string; readonly name: string };
  /** Absent if each service answers its own OAuth paths. */
  readonly oauth: OAuthPlan | undefined;
  /** Where audit events go, and the events that prove a new Splunk token. */
  readonly auditIndex: string;
  /** Absent if the map has no chats. */
  readonly chat: ChatPlan | undefined;
  readonly secrets: readonly SecretPlan[];
  readonly services: readonly ServicePlan[];
}

export interface ControlsPlan {
  readonly containerInsights: boolean;
  readonly flowLogs: boolean;
  readonly permissionsBoundary: string | undefined;
  readonly accessLogs: AccessLogsDefinition | undefined;
  /** Absent: AWS's keys. */
  readonly encryptionKey: { readonly kind: "create" } | { readonly kind: "adopt"; readonly arn: string } | undefined;
  readonly waf: Required<WafDefinition> | undefined;
  readonly execTranscripts: boolean;
  readonly bootstrap: Required<BootstrapDefinition>;
}

/** In a VPC that exists, there is nothing of it but the subnets that balancers and tasks are in. */
export interface NetworkPlan extends Required<NetworkDefinition> {
  readonly adopted: AdoptedVpcDefinition | undefined;
  /** Allocation ids of adopted addresses, one for each NAT gateway; none where they are new. */
  readonly addresses: readonly string[];
}

export interface RedisPlan extends Required<RedisDefinition> {
  /** The snapshot that it begins with. */
  readonly snapshot: string | undefined;
}

/** The OAuth rules. */
export interface OAuthPlan {
  /** What the owner answers at its own host, before any other rule. */
  readonly paths: readonly string[];
  readonly priority: number;
  /** Key of the service that answers them. */
  readonly owner: string;
  /** What it answers at every host that has no login of its own. */
  readonly anyHost: { readonly paths: readonly string[]; readonly priority: number };
}

/** Where one stage's alarms go; the input of `functions/alarm-to-chat`. */
export interface ChatPlan {
  /** Key of the secret in the map. */
  readonly secret: string;
  readonly destinations: Readonly<Record<string, ChatDestination>>;
  readonly routes: readonly ChatRoutePlan[];
  readonly mutes: readonly ChatMute[];
  readonly groupWaitSeconds: number;
  readonly repeatAfterHours: number;
  readonly runbookUrl?: string | undefined;
  /** Absent where the stage has no buttons. */
  readonly actions?: Pick<ChatActions, "slack"> | undefined;
  readonly consoleUrl?: string | undefined;
  readonly fallbackEmails: readonly string[];
}

/** A route of this stage; an omitted field matches everything. */
export interface ChatRoutePlan {
  readonly to: readonly string[];
  readonly services?: readonly string[];
  readonly severities?: readonly Severity[];
  readonly mention?: ChatRoute["mention"];
}

export interface SecretPlan {
  readonly key: string;
  /** `/<stage>/mcp/<key>` */
  readonly name: string;
  readonly description: string;
  readonly keys: Readonly<Record<string, SecretKeyDefinition>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly adoptedArn: string | undefined;
  /** `undefined`: the account's own key for Secrets Manager. */
  readonly kmsKeyArn: string | undefined;
  readonly rotation: RotationPlan;
  readonly unproven: "wait" | "roll";
  /** Keys of the services that use it. */
  readonly usedBy: readonly string[];
}

type Scheduled<T> = T extends unknown ? Omit<T, "everyDays"> & { readonly everyDays: number } : never;

/** An issuer with its schedule, or why there is none. */
export type RotationPlan =
  | Scheduled<Exclude<RotationDefinition, { readonly declined: string }>>
  | { readonly declined: string };

export interface ServicePlan {
  readonly key: string;
  readonly host: string;
  /** `<host>.mcp.<domain>` */
  readonly hostname: string;
  /** What it does, as the registry shows it; absent where the map does not say. */
  readonly description: string | undefined;
  readonly url: string;
  readonly image: string;
  readonly architecture: "X86_64" | "ARM64";
  readonly port: number;
  readonly cpu: number;
  readonly memory: number;
  /** Where it is scaled, its minimum. */
  readonly desiredCount: number;
  /** Absent for a service that has `desiredCount` tasks, always. */
  readonly scaling: ScalingDefinition | undefined;
  readonly capacity: "on-demand" | "spot";
  readonly stopTimeout: number;
  /** The image's where absent. */
  readonly user: string | undefined;
  readonly readOnlyRoot: boolean;
  readonly health: { readonly path: string; readonly codes: string };
  readonly environment: Readonly<Record<string, string>>;
  /** Environment variables injected from secrets; the variable has the name of the key. */
  readonly secrets: readonly { readonly secret: string; readonly key: string }[];
  readonly sessions: boolean;
  readonly stickiness: boolean;
  readonly alarms: Readonly<Record<AlarmName, AlarmPlan>>;
  readonly rates: RatePlans;
  /** Whether it is an MCP server. */
  readonly mcp: boolean;
  /** What the probe's alarm is; absent where the stage has no probe, or it leaves the service alone. */
  readonly probe: ProbeAlarmPlan | undefined;
  readonly rulePriority: number;
  readonly shard: number;
  /** The entry's own `shard`. */
  readonly pinnedTo: number | undefined;
  readonly permissions: readonly PermissionDefinition[];
  /** As the task definition has it: what the image says where absent. */
  readonly entryPoint: readonly string[] | undefined;
  readonly command: readonly string[] | undefined;
  /** Program and arguments on this machine; `$PORT` in them is known when a task starts. */
  readonly localCommand: readonly string[] | undefined;
  /** The server's own container, where the one above is a sidecar in front of it. */
  readonly behind: ContainerPlan | undefined;
}

/** A container beside a service's main one, which only that one talks to. */
export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: ServicePlan["secrets"];
  readonly entryPoint: readonly string[] | undefined;
  readonly command: readonly string[] | undefined;
  readonly localCommand: readonly string[] | undefined;
}

export interface PlanOptions {
  /** Port in public addresses on loopback, where nobody may bind 443. Default 8443. */
  readonly httpsPort?: number;
  /** Port of the console on loopback, where cards lead to. Default 8090. */
  readonly consolePort?: number;
  /** What was measured on this stage: it replaces placeholders. */
  readonly thresholds?: MeasuredThresholds;
  /** Numbers of the balancers on which services are deployed, by key. */
  readonly placed?: Readonly<Record<string, number>>;
}

/** Thresholds by service and alarm, in seconds. */
export type MeasuredThresholds = Readonly<Record<string, Measured>>;
