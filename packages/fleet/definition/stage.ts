/** Defaults follow `profile`; each may be set. */
export interface StageDefinition<SecretName extends string = string> {
  /** AWS account id, twelve digits. Needed to deploy to AWS. */
  readonly account?: string;
  /** AWS region. Default: the fleet's. */
  readonly region?: string;
  /** `loopback` is the endpoint on this machine that `npm start` runs. Default `aws`. */
  readonly runsOn?: "aws" | "loopback";
  /**
   * `durable` keeps data and resists deletion; `disposable` is small and can be removed without a trace. Default:
   * `durable` for `prod`.
   */
  readonly profile?: "durable" | "disposable";
  /**
   * Domain of this stage. Default: the fleet's for `durable`, `<stage>.<domain>` otherwise, `localhost` on loopback.
   */
  readonly domain?: string;
  /** The one switch that lets the balancer, the zone and the data be deleted. Default: on for `durable`. */
  readonly deletionProtection?: boolean;
  readonly network?: NetworkDefinition;
  readonly redis?: RedisDefinition;
  readonly controls?: ControlsDefinition;
  /** Balancers, each with a share of the services (at most 50). Raise it before the map grows past that. Default 1. */
  readonly shards?: number;
  /** SNS topic for alarms. Default `MCPAlerts`, followed by `-<stage>` for a disposable stage on AWS. */
  readonly alarmTopic?: string;
  /**
   * Asks each service through its public address as an MCP client does, or until it is told where to log in. Default:
   * each minute for `durable`, otherwise `false`.
   */
  readonly probe?: ProbeDefinition | false;
  /**
   * Lists the stage's MCP servers, by name, address and version, as a registry that editors read (`/v0.1/servers`). Anybody
   * can read it, as they can whatever has no login: default false.
   */
  readonly registry?: boolean;
  /**
   * Weight of the stage's DNS records, 0 to 255, beside records that another set-up has for the same names: with 0 there
   * and 255 here everybody comes here. Decide it before the stage is deployed. Absent: the stage alone has the names.
   */
  readonly recordWeight?: number;
  /** What already exists and is used as it is, never created, changed or deleted. */
  readonly adopt?: AdoptDefinition<SecretName>;
}

export interface ProbeDefinition {
  /** Minutes from one round to the next, 1 to 60. Default 1. */
  readonly everyMinutes?: number;
  /**
   * What CloudWatch keeps of each service, 0.30 USD a month each: `up` (default), which the alarm needs, or `all`: latency
   * and the number of tools, too.
   */
  readonly metrics?: "up" | "all";
}

export interface NetworkDefinition {
  /** Address range. Default `10.0.0.0/16`. */
  readonly cidr?: string;
  /** Availability zones, 2 or 3. Default 2. */
  readonly zones?: number;
  /**
   * Interface endpoints, so that these calls of the tasks do not pass NAT: `ecr` pulls images, `logs` writes logs,
   * `secretsmanager` reads secrets, `ssmmessages` is ECS Exec. Each costs by the hour and zone. Default none; S3, where
   * ECR keeps layers, has a gateway endpoint always, which is free.
   */
  readonly endpoints?: readonly InterfaceEndpoint[];
  /** NAT gateways: one per zone survives the loss of a zone. Default: one per zone for `durable`, otherwise 1. */
  readonly natGateways?: number;
  /**
   * Seconds without a byte after which the balancer closes a connection, 1 to 4,000: longer than the pauses of an event
   * stream. Every task is given it as `MCP_IDLE_TIMEOUT_SECONDS`, and has to keep idle connections for longer. Default 300.
   */
  readonly idleTimeoutSeconds?: number;
}

/** What a fleet does without, and the rules of an account may ask for. */
export interface ControlsDefinition {
  /** Metrics of each task in CloudWatch, billed by the metric. Default false. */
  readonly containerInsights?: boolean;
  /** Which connections the network of the stage took and refused, kept for a year, billed by the gigabyte. Default false. */
  readonly flowLogs?: boolean;
  /** ARN of the managed policy that bounds every role of the stage. Default none. */
  readonly permissionsBoundary?: string;
  /** Each request and connection of the balancers, in a bucket that outlives the stage, for a year. Default none. */
  readonly accessLogs?: AccessLogsDefinition;
  /**
   * A key of your own for logs, secrets, tables and topics: its ARN, or `create` for one that the stage makes, 1 USD a
   * month, and leaves behind for what it encrypted. Default: AWS's keys.
   */
  readonly encryptionKey?: string;
  /** AWS WAF in front of each balancer: 8 USD a month, and 0.60 for a million requests. Default none. */
  readonly waf?: WafDefinition;
  /** What was typed and shown in each shell of ECS Exec, in a log group, for a year. Default false. */
  readonly execTranscripts?: boolean;
  /** The account's bootstrap of the CDK, where it is not the usual one. */
  readonly bootstrap?: BootstrapDefinition;
}

export interface AccessLogsDefinition {
  /**
   * ARNs of the roles that may read them. No one else may, administrators included: a request's line has the query string,
   * where OAuth codes are.
   */
  readonly readers: readonly string[];
}

export interface WafDefinition {
  /** `count` only counts what it would block; `block` answers 403. Begin with `count`, the default. */
  readonly mode?: "count" | "block";
  /**
   * Requests of one address in five minutes, 10 to 2,000,000,000. A vendor's client calls for all its users from a few
   * addresses. Default 10,000.
   */
  readonly requestsPerFiveMinutes?: number;
}

export interface BootstrapDefinition {
  /** As in `cdk bootstrap --qualifier`: up to ten of a-z and 0-9. */
  readonly qualifier: string;
  /** As in `cdk bootstrap --toolkit-stack-name`. Default `CDKToolkit-<qualifier>`. */
  readonly stack?: string;
}

export const interfaceEndpoints = ["ecr", "logs", "secretsmanager", "ssmmessages"] as const;
export type InterfaceEndpoint = (typeof interfaceEndpoints)[number];

export interface RedisDefinition {
  /** Nodes; two or more mean automatic failover. Default: 2 for `durable`, otherwise 1. */
  readonly nodes?: number;
  /** Default `cache.t4g.micro`. */
  readonly nodeType?: string;
  /** Days to keep daily snapshots; 0 is none. Default: 7 for `durable`, otherwise 0. */
  readonly snapshotRetentionDays?: number;
}

/** By their ids, or by a tag that they have. */
export type SubnetsDefinition = readonly string[] | { readonly tag: string; readonly value: string };

export interface AdoptedVpcDefinition {
  readonly id: string;
  /** Those of the balancers, with a route to an internet gateway. */
  readonly publicSubnets: SubnetsDefinition;
  /** Those of the tasks and of Redis, with a route to the internet through NAT. */
  readonly privateSubnets: SubnetsDefinition;
}

export interface AdoptDefinition<SecretName extends string = string> {
  /** A VPC of the stage's account and region, with subnets in two zones at least. The stage adds security groups to it. */
  readonly vpc?: AdoptedVpcDefinition;
  /** A hosted zone of this domain or of a parent. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
  /** Full ARNs, with the six characters at the end: ECS needs them to pick a JSON key. */
  readonly secrets?: { readonly [Name in SecretName]?: string };
  /** ARNs of KMS keys that encrypt secrets, by the secret. Without one, it is the account's `aws/secretsmanager`. */
  readonly kmsKeys?: { readonly [Name in SecretName]?: string };
  /** An SNS topic in the stage's account. */
  readonly alarmTopicArn?: string;
  /**
   * Allocation ids of Elastic IP addresses, one for each NAT gateway and in their order: where others let tasks in by their
   * address. One that another gateway still has is refused. Default: new ones.
   */
  readonly addresses?: readonly string[];
  /**
   * Name of an ElastiCache snapshot that Redis begins with when it is made: logins in it go on where the keys that encrypt
   * them are the same. Later it changes nothing.
   */
  readonly redisSnapshot?: string;
}
