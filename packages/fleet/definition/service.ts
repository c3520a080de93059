import type { AlarmDefinitions } from "./alarm.ts";
import type { SecretUse } from "./secret.ts";
import type { SidecarDefinition } from "./sidecar.ts";

export interface ServiceDefinition<SecretName extends string = string, StageName extends string = string> {
  /** Host label: the service answers at `<host>.mcp.<domain>`. A DNS label, unique in the fleet. */
  readonly host: string;
  /** What it does, in 100 characters, as editors show it where a stage has a `registry`. Default: its key. */
  readonly description?: string;
  /** Image with a tag or digest, from any registry. Tasks on AWS run it. */
  readonly image: string;
  /** The port the container listens on, 1 to 65535. */
  readonly port: number;
  /** CPU units, 1024 to a vCPU. With `memory` it must be a pair that Fargate offers. */
  readonly cpu: number;
  /** Memory in MiB. */
  readonly memory: number;
  /**
   * Replaces the image's entry point, as in Docker: the program, and arguments that always belong to it. Runs on this
   * machine, too, unless `local.command` does. `$PORT` and the names of plain variables become their values, here and on
   * AWS alike.
   */
  readonly entryPoint?: readonly [string, ...string[]];
  /**
   * Replaces the image's command, as in Docker: the arguments of its entry point, or the program if it has none. Expanded
   * as `entryPoint`. On this machine it needs an `entryPoint` or a `local.command`: there is no image that has the program.
   */
  readonly command?: readonly [string, ...string[]];
  /**
   * Number of tasks. 0 takes the service offline (503) and keeps everything else; 2 or more need `sessions`. Default
   * 1.
   */
  readonly desiredCount?: number;
  /** As many tasks as the load needs, in place of `desiredCount`, which may still be 0. */
  readonly scaling?: ScalingDefinition;
  /**
   * `spot`: on spare capacity, for up to 70 % less, which AWS takes back with two minutes' notice. Decide it before the
   * service is deployed: CloudFormation would have to replace a service that has a name. Default `on-demand`.
   */
  readonly capacity?: "on-demand" | "spot";
  /** Path of the health check, called every 30 s; a 200 means healthy. Default `/health`. */
  readonly healthPath?: string;
  /** HTTP status codes that count as healthy, in the format of a target group's matcher. Default `200`. */
  readonly healthCodes?: string;
  /**
   * Plain environment variables. `{url}` in a value becomes the service's public address. Never a secret: anything
   * that looks like
   * a credential is refused; it belongs under `secrets`.
   */
  readonly environment?: { readonly [name: string]: string };
  /** Variables of `environment` that look like credentials but are not, such as a public key. */
  readonly publicVariables?: readonly string[];
  /** Secrets whose keys become environment variables of the same name: all keys, or those listed. */
  readonly secrets?: readonly (SecretName | SecretUse<SecretName>)[];
  /**
   * Where its MCP sessions are kept. `true`: in the stage's Redis, whose settings the container gets. `false`: in the
   * memory of its task, so `desiredCount` is at most 1: another task would not know them. `"none"`: nowhere, each
   * request is independent, and any number of tasks works. Default false.
   */
  readonly sessions?: boolean | "none";
  /**
   * Sends a client that keeps the balancer's cookie to the same task for a day, so that several tasks may keep sessions in
   * memory. Many clients keep none, and no cookie outlives a task: prefer a server without sessions. Default false.
   */
  readonly stickiness?: boolean;
  /**
   * Puts the fleet's sidecar in front of the server: login, audit trail, limits and metrics of each tool, for a server that
   * has none of them. Absent: the balancer talks to the server itself.
   */
  readonly sidecar?: SidecarDefinition<SecretName>;
  /**
   * Has a server that was made from the starter report calls, errors and latency of each tool to CloudWatch, where the
   * console charts them: a metric for each tool, 0.30 USD a month. A sidecar always does, and so does a stage on this
   * machine. Default false.
   */
  readonly toolMetrics?: boolean;
  /** Audit trail to Splunk. Absent: none. */
  readonly audit?: ServiceAuditDefinition;
  /** Alarm settings that differ from the fleet's. */
  readonly alarms?: Partial<AlarmDefinitions>;
  /**
   * `owner` answers the OAuth paths (one service at most). Nothing else is needed: a service that is told its public
   * address (`{url}` in `environment`) answers its own, and metadata is never another host's. `{ rulePriority }` puts its
   * host before the owner's rule. Default `shared`.
   */
  readonly oauth?: "owner" | "shared" | { readonly rulePriority: number };
  /** User, and group, that the container runs as, such as `1000`, `1000:1000` or `node`. Default: the image's. */
  readonly user?: string;
  /** Whether the container's file system cannot be written to; ECS Exec needs a writable one. Default false. */
  readonly readOnlyRoot?: boolean;
  /** Whether it is an MCP server, at `/mcp`. False: an HTTP service that nobody asks for tools. Default true. */
  readonly mcp?: boolean;
  /** Whether the stage's probe asks it, where the stage has one. Default: as `mcp`. */
  readonly probe?: boolean;
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
  /**
   * How it runs on this machine, instead of the image, where that must differ from `entryPoint` and `command`. Without
   * it and without an `entryPoint` the service exists, but is offline (503).
   */
  readonly local?: LocalDefinition;
}

export interface ScalingDefinition {
  /** Tasks at least and at most, from 1. More than one need `sessions`, as with `desiredCount`. */
  readonly min: number;
  readonly max: number;
  /** What each task should have: requests a minute, or percent of its CPU or memory, on average. */
  readonly on: "requests" | "cpu" | "memory";
  /** Requests a minute, from 1; percent from 10 to 90. */
  readonly target: number;
  /** Other bounds from certain times on. One with `max: 0` is an end of work, and needs another that begins it again. */
  readonly schedule?: readonly ScheduledBounds[];
}

export interface ScheduledBounds {
  /** Minutes, hours, day of month, month, day of week, year: `0 8 ? * MON-FRI *`. */
  readonly cron: string;
  /** IANA time zone of `cron`, such as `Europe/Berlin`. */
  readonly timeZone: string;
  readonly min: number;
  readonly max: number;
}

export interface ServiceAuditDefinition {
  /** Passed to the container as `SPLUNK_SOURCE`. */
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
  /**
   * Program and arguments, run in the project's folder. `PORT` names the port to listen on, and `$PORT` in an argument is
   * that port. Saving source files that
   * it names, in their folder or imported from there, gives the service new tasks.
   */
  readonly command: readonly [string, ...string[]];
}
