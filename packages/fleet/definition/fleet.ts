import type { AlarmDefinitions } from "./alarm.ts";
import type { ChatDefinition } from "./chat.ts";
import type { SecretDefinition } from "./secret.ts";
import type { ServiceDefinition } from "./service.ts";
import type { SidecarImageDefinition } from "./sidecar.ts";
import type { StageDefinition } from "./stage.ts";

/**
 * The map: what an operator writes in `fleet.config.ts`. Each field documents its meaning, its unit and its default, so
 * that the editor's hover is the manual. What types cannot express is checked by `schema/` and `checks/`.
 */
export interface FleetDefinition<SecretName extends string = string, StageName extends string = string> {
  /** The registered domain, e.g. `themailworks.com`. Route 53 hosts it. */
  readonly domain: string;
  /** The label under the domain where services live: `mcp` puts them at `<host>.mcp.<domain>`. Default `mcp`. */
  readonly subdomain?: string;
  /** AWS region of stages without one of their own; one of `packages/fleet/region.ts`. Default `us-east-1`. */
  readonly region?: string;
  /**
   * Paths that go to the one service marked `oauth: "owner"`: at its own host before anything else, and, but for
   * `/.well-known/*`, at every host without a login of its own. Absent, or in a stage without an owner: each service
   * answers its own.
   */
  readonly oauth?: OAuthDefinition;
  /** Where audit events go, for services with `audit`. Absent: no service has an audit trail. */
  readonly audit?: AuditDefinition<SecretName>;
  /** The sidecar of services that have one and speak HTTP. */
  readonly sidecar?: SidecarImageDefinition;
  /** Alarm settings for every service; an entry may change or decline each one. */
  readonly alarms: AlarmDefinitions;
  /** Where alarms, failed deployments, stopped tasks and rotations are posted. Absent: on the alarm topic only. */
  readonly chat?: ChatDefinition<SecretName, StageName>;
  /** Secrets by name; each lives at `/<stage>/mcp/<name>`. */
  readonly secrets: { readonly [Name in SecretName]: SecretDefinition };
  /** Stages by name: where the fleet may be deployed, and how durable it is there. */
  readonly stages: { readonly [Name in StageName]: StageDefinition<NoInfer<SecretName>> };
  /** Services by key. One entry yields rule, target group, service, log group, DNS record, alarms and secrets. */
  readonly services: { readonly [key: string]: ServiceDefinition<NoInfer<SecretName>, NoInfer<StageName>> };
}

export interface OAuthDefinition {
  /** Path patterns, at most four: an ALB rule holds five condition values with the host. `*` and `?` are wildcards. */
  readonly paths: readonly string[];
  /** Listener rule priority. Default 10; services that opt out take a priority below it. */
  readonly priority?: number;
}

export interface AuditDefinition<SecretName extends string = string> {
  /** The secret that holds `SPLUNK_HEC_URL` and `SPLUNK_HEC_TOKEN`. */
  readonly secret: NoInfer<SecretName>;
  /** Splunk index, passed to containers as `SPLUNK_INDEX`. */
  readonly index: string;
}
