/**
 * The map: what an operator writes in `fleet.config.ts`. Each field says what it means, its unit and its default, so
 * that the editor's hover is the manual. What types cannot say is checked by `schema.ts` and `check.ts`.
 */
export interface FleetDefinition<SecretName extends string = string, StageName extends string = string> {
  /** The registered domain, e.g. `themailworks.com`. Route 53 hosts it. */
  readonly domain: string;
  /** The label under the domain where services live: `mcp` puts them at `<host>.mcp.<domain>`. Default `mcp`. */
  readonly subdomain?: string;
  /** AWS region of stages that name none. Default `us-east-1`. */
  readonly region?: string;
  /** The shared OAuth rule: paths that, on any host, go to the one service marked `oauth: "owner"`. */
  readonly oauth: OAuthDefinition;
  /** Where audit events go, for services with `audit`. */
  readonly audit: AuditDefinition<SecretName>;
  /** Alarm settings for every service; an entry may change or decline each one. */
  readonly alarms: AlarmDefinitions;
  /** Where alarms, failed deployments, stopped tasks and rotations are told. Absent: on the alarm topic only. */
  readonly chat?: ChatDefinition<SecretName, StageName>;
  /** Secrets by name; each lives at `/<stage>/mcp/<name>`. */
  readonly secrets: { readonly [Name in SecretName]: SecretDefinition };
  /** Stages by name: where the fleet may be deployed, and how sturdy it is there. */
  readonly stages: { readonly [Name in StageName]: StageDefinition<NoInfer<SecretName>> };
  /** Services by key. One entry yields rule, target group, service, log group, DNS record, alarms and secrets. */
  readonly services: { readonly [key: string]: ServiceDefinition<NoInfer<SecretName>, NoInfer<StageName>> };
}

export interface OAuthDefinition {
  /** Path patterns of the rule, at most five (an ALB rule holds five condition values). `*` and `?` are wildcards. */
  readonly paths: readonly string[];
  /** Listener rule priority. Default 10; services that opt out take a priority below it. */
  readonly priority?: number;
}

export interface AuditDefinition<SecretName extends string = string> {
  /** The secret that holds `SPLUNK_HEC_URL` and `SPLUNK_HEC_TOKEN`. */
  readonly secret: NoInfer<SecretName>;
  /** Splunk index, given to containers as `SPLUNK_INDEX`. */
  readonly index: string;
}

export interface ServiceDefinition<SecretName extends string = string, StageName extends string = string> {
  /** Host label: the service answers at `<host>.mcp.<domain>`. A DNS label, unique in the fleet. */
  readonly host: string;
  /** Image with a tag or digest, from any registry. Tasks on AWS run it. */
  readonly image: string;
  /** The port the container listens on, 1 to 65535. */
  readonly port: number;
  /** CPU units, 1024 to a vCPU. With `memory` it must be a pair that Fargate sells. */
  readonly cpu: number;
  /** Memory in MiB. */
  readonly memory: number;
  /** Number of tasks. 0 takes the service offline (503) and keeps everything else. Default 1. */
  readonly desiredCount?: number;
  /** Path the target group asks every 30 s; a 200 means healthy. Default `/health`. */
  readonly healthPath?: string;
  /** HTTP status codes that count as healthy, as a target group's matcher writes them. Default `200`. */
  readonly healthCodes?: string;
  /** Plain environment variables. `{url}` in a value becomes the service's public address. Never a secret. */
  readonly environment?: { readonly [name: string]: string };
  /** Secrets whose keys become environment variables of the same name: all keys, or those listed. */
  readonly secrets?: readonly (SecretName | SecretUse<SecretName>)[];
  /** True gives the container the Redis settings for shared sessions. Default false. */
  readonly sessions?: boolean;
  /** Audit trail to Splunk. Absent: none. */
  readonly audit?: ServiceAuditDefinition;
  /** Alarm settings that differ from the fleet's. */
  readonly alarms?: Partial<AlarmDefinitions>;
  /**
   * Its part in the shared OAuth rule: `owner` answers the OAuth paths of every host (exactly one service);
   * `shared` lets them go to the owner; `{ rulePriority }` keeps its own, with a host rule that stands before the
   * OAuth rule. Default `shared`.
   */
  readonly oauth?: "owner" | "shared" | { readonly rulePriority: number };
  /** CPU architecture of the image. Default `X86_64`. */
  readonly architecture?: "X86_64" | "ARM64";
  /** Seconds between SIGTERM and SIGKILL, at most 120. Default 30. */
  readonly stopTimeout?: number;
  /** Statements added to the task role, beyond ECS Exec. */
  readonly permissions?: readonly PermissionDefinition[];
  /** Stages it runs in. Default: all. */
  readonly stages?: { readonly only: readonly StageName[] } | { readonly except: readonly StageName[] };
  /** Which balancer serves it where a stage has several (1 is the first). Default: spread by key. */
  readonly shard?: number;
  /** How it runs on one machine, in place of the image. Without it the service exists locally but cannot start. */
  readonly local?: LocalDefinition;
}

export interface SecretUse<SecretName extends string = string> {
  readonly secret: SecretName;
  readonly keys: readonly string[];
}

export interface ServiceAuditDefinition {
  /** Given to the container as `SPLUNK_SOURCE`. */
  readonly source: string;
  /** False turns the audit trail off (`AUDIT_LOG_ENABLED=false`) and leaves CloudWatch logs alone. Default true. */
  readonly enabled?: boolean;
}

export interface PermissionDefinition {
  /** IAM actions, e.g. `s3:GetObject`. */
  readonly actions: readonly string[];
  /** Resource ARNs. `*` needs `reason`. */
  readonly resources: readonly string[];
  /** Why it is needed; kept next to the statement. */
  readonly reason: string;
}

export interface LocalDefinition {
  /** Program and arguments, run in the project's folder. `PORT` names the port to listen on. */
  readonly command: readonly [string, ...string[]];
}

export interface SecretDefinition {
  /** What it is for; shown in the console and by the doctor. */
  readonly description: string;
  /** Its JSON keys. */
  readonly keys: { readonly [key: string]: SecretKeyDefinition };
  /** Older names of keys, by the name they had: `{ token: "SPLUNK_HEC_TOKEN" }`. */
  readonly aliases?: { readonly [legacy: string]: string };
  /** Who issues the next value, and how often; or why nobody does. Absent: its value changes by hand only. */
  readonly rotation?: RotationDefinition;
}

/** How a secret rotates, by who issues its values. `everyDays`: 1 to 1,000, default 30. */
export type RotationDefinition =
  | {
      /** A HEC token in `SPLUNK_HEC_TOKEN`, beside `SPLUNK_HEC_URL`: made anew, the old one deleted once unused. */
      readonly issuer: "splunk-hec";
      /** `cloud` is administered through ACS, `enterprise` through splunkd's REST API. */
      readonly platform: "cloud" | "enterprise";
      /** The secret that holds `SPLUNK_ADMIN_URL` and `SPLUNK_ADMIN_TOKEN`. */
      readonly admin: string;
      readonly everyDays?: number;
    }
  | {
      /** `GOOGLE_OAUTH_CLIENT_SECRET`: Google has no API for it, so people stage a candidate that is proven and adopted. */
      readonly issuer: "google-oauth";
      readonly everyDays?: number;
    }
  | {
      /** The AUTH token of a replication group, in one key of the secret. */
      readonly issuer: "redis-auth";
      readonly key: string;
      readonly replicationGroup: string;
      readonly everyDays?: number;
    }
  | {
      /** Values the fleet itself owns: new random characters in each of these keys. */
      readonly issuer: "random";
      readonly keys: { readonly [key: string]: RandomValueDefinition };
      readonly everyDays?: number;
    }
  | { readonly declined: string };

export interface RandomValueDefinition {
  /** Characters, 16 to 1,024. */
  readonly length: number;
  /** The characters it is drawn from, each once, at least 16. Default: letters and digits. */
  readonly alphabet?: string;
}

/** How a key is filled when the secret is created, once: a placeholder that people replace, or a random value. */
export type SecretKeyDefinition =
  | { readonly placeholder: string }
  /** Random bytes, written in base64. At least 16. */
  | { readonly randomBytes: number };

export const alarmNames = [
  "unhealthyHosts",
  "healthyHosts",
  "errors5xx",
  "latencyP95",
  "latencyP99",
  "latencyAverage",
] as const;
export type AlarmName = (typeof alarmNames)[number];

/** Each alarm is a decision: a threshold, or declined with a reason. */
export type AlarmDefinitions = { readonly [Name in AlarmName]: AlarmDefinition };
export type AlarmDefinition =
  | {
      /** Hosts, responses in one minute, or seconds, by the alarm's kind. */
      readonly threshold: number;
      /** `placeholder` marks a number nobody has measured yet; it is shown wherever the alarm is. Default `chosen`. */
      readonly basis?: "placeholder" | "chosen" | "measured";
    }
  | { readonly declined: string };

/** Defaults follow `profile`; each may be set. */
export interface StageDefinition<SecretName extends string = string> {
  /** AWS account id, twelve digits. Needed to deploy to AWS. */
  readonly account?: string;
  /** AWS region. Default: the fleet's. */
  readonly region?: string;
  /** `loopback` is the endpoint on this machine that `npm start` runs. Default `aws`. */
  readonly runsOn?: "aws" | "loopback";
  /** `durable` keeps data and resists deletion; `disposable` is small and goes without a trace. Default: `durable` for `prod`. */
  readonly profile?: "durable" | "disposable";
  /** Domain of this stage. Default: the fleet's for `durable`, `<stage>.<domain>` else, `localhost` on loopback. */
  readonly domain?: string;
  /** The one switch that lets the balancer, the zone and the data be deleted. Default: on for `durable`. */
  readonly deletionProtection?: boolean;
  readonly network?: NetworkDefinition;
  readonly redis?: RedisDefinition;
  /** Balancers, each with a share of the services (at most 50). Raise it before the map grows past that. Default 1. */
  readonly shards?: number;
  /** SNS topic for alarms. Default `MCPAlerts`, with `-<stage>` behind it where the stage is disposable on AWS. */
  readonly alarmTopic?: string;
  /** What exists already and is used as it is, never created, changed or deleted. */
  readonly adopt?: AdoptDefinition<SecretName>;
}

export interface NetworkDefinition {
  /** Address range. Default `10.0.0.0/16`. */
  readonly cidr?: string;
  /** Availability zones, 2 or 3. Default 2. */
  readonly zones?: number;
  /** NAT gateways: one a zone survives the loss of a zone. Default: one a zone for `durable`, 1 else. */
  readonly natGateways?: number;
}

export interface RedisDefinition {
  /** Nodes; two or more mean automatic failover. Default: 2 for `durable`, 1 else. */
  readonly nodes?: number;
  /** Default `cache.t4g.micro`. */
  readonly nodeType?: string;
  /** Days to keep daily snapshots; 0 is none. Default: 7 for `durable`, 0 else. */
  readonly snapshotRetentionDays?: number;
}

export interface AdoptDefinition<SecretName extends string = string> {
  /** A hosted zone of this domain or of a parent. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
  /** Full ARNs, with the six characters at the end: ECS needs them to pick a JSON key. */
  readonly secrets?: { readonly [Name in SecretName]?: string };
  /** An SNS topic in the stage's account. */
  readonly alarmTopicArn?: string;
}

export const severities = ["critical", "warning", "info"] as const;
/** `critical`: users notice now. `warning`: they may soon, or a few do. `info`: worth knowing. */
export type Severity = (typeof severities)[number];

export interface ChatDefinition<SecretName extends string = string, StageName extends string = string> {
  /** The secret that holds webhook addresses and tokens: destinations name its keys. */
  readonly secret: NoInfer<SecretName>;
  /** Places in chats, by a name of your choosing. */
  readonly destinations: { readonly [name: string]: ChatDestination };
  /** What goes where. All routes that match count; a destination named by several gets one message. */
  readonly routes: readonly ChatRoute<NoInfer<StageName>>[];
  /** When nothing is said. What still lasts when a window ends is said then. */
  readonly mutes?: readonly ChatMute[];
  /** Seconds in which alarms of one service are gathered into one message, 1 to 300. Default 30, on loopback 2. */
  readonly groupWaitSeconds?: number;
  /** Hours after which an alarm that lasts is told again. Default 4. */
  readonly repeatAfterHours?: number;
  /** Who hears by e-mail when the road to the chats is itself broken. */
  readonly fallbackEmails: readonly string[];
}

export type ChatDestination =
  | {
      readonly receiver: "slack-webhook" | "teams" | "google-chat";
      /** Key of the chat secret with the webhook's address. */
      readonly key: string;
    }
  | {
      readonly receiver: "slack-bot";
      /** Key of the chat secret with the bot token (`xoxb-…`, scope `chat:write`). */
      readonly key: string;
      /** Channel id, `C0123456789`. */
      readonly channel: string;
      /** Key with the address of the Web API, for GovSlack or a stand-in. Default `https://slack.com/api`. */
      readonly apiKey?: string;
    };

/** A field that is left out matches everything. */
export interface ChatRoute<StageName extends string = string> {
  readonly to: readonly string[];
  readonly stages?: readonly StageName[];
  readonly services?: readonly string[];
  readonly severities?: readonly Severity[];
}

export interface ChatMute {
  /** Why, for the person who wonders. */
  readonly reason: string;
  /** `22:00`; a window that ends before it begins runs over midnight. */
  readonly from: string;
  readonly until: string;
  /** Days on which a window begins. Default: all. */
  readonly days?: readonly Weekday[];
  /** IANA time zone of `from` and `until`. Default `UTC`. */
  readonly timeZone?: string;
  readonly services?: readonly string[];
  readonly severities?: readonly Severity[];
}

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];
