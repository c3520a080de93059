/** What a balancer obeys: the part of the ELBv2 model that decides about requests. Durations are in milliseconds. */

export type ListenerProtocol = "HTTP" | "HTTPS";

export type Condition =
  | { readonly field: "host-header" | "path-pattern"; readonly values: readonly string[]; readonly regex: boolean }
  | {
      readonly field: "http-header";
      readonly name: string;
      readonly values: readonly string[];
      readonly regex: boolean;
    }
  | { readonly field: "http-request-method" | "source-ip"; readonly values: readonly string[] }
  | { readonly field: "query-string"; readonly values: readonly QueryPattern[] };

export interface QueryPattern {
  readonly key?: string;
  readonly value: string;
}

export interface WeightedGroup {
  readonly arn: string;
  readonly weight: number;
}

export type Action =
  | {
      readonly type: "forward";
      readonly groups: readonly WeightedGroup[];
      /** How long a client stays with the group it was given first; absent when it does not. */
      readonly stickyFor?: number;
    }
  | RedirectAction
  | {
      readonly type: "fixed-response";
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
    };

/** Parts may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}`. */
export interface RedirectAction {
  readonly type: "redirect";
  readonly status: 301 | 302;
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

export interface RuleSpec {
  readonly conditions: readonly Condition[];
  readonly action: Action;
}

/** A certificate chain and its key, as PEM text. */
export interface CertificatePem {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface ListenerSpec {
  readonly arn: string;
  /** The port on AWS; the balancer maps it to one on loopback. */
  readonly port: number;
  readonly protocol: ListenerProtocol;
  readonly sslPolicy?: string;
  /** The default certificate first. */
  readonly certificates: readonly CertificatePem[];
  /** In the order they are tried. */
  readonly rules: readonly RuleSpec[];
  readonly defaultAction: Action;
}

export type ForwardedForMode = "append" | "preserve" | "remove";

export interface BalancerSettings {
  readonly idleTimeout: number;
  readonly http2: boolean;
  readonly forwardedFor: ForwardedForMode;
  readonly forwardedForClientPort: boolean;
}

export interface HealthCheckSettings {
  readonly protocol: ListenerProtocol;
  /** A port, or the target's own. */
  readonly port: number | "traffic-port";
  readonly path: string;
  readonly interval: number;
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Accepted codes as ELB writes them: `200`, `200,202`, `200-299`. */
  readonly matcher: string;
}

export interface GroupSettings {
  readonly protocol: ListenerProtocol;
  readonly algorithm: "round_robin" | "least_outstanding_requests" | "weighted_random";
  readonly deregistrationDelay: number;
  /** Present when clients stay with a target by the balancer's own cookie. */
  readonly stickyFor?: number;
  readonly healthCheck: HealthCheckSettings;
}

export interface BalancerSpec {
  readonly arn: string;
  readonly fullName: string;
  /** What records in DNS lead to. */
  readonly dnsName: string;
  readonly settings: BalancerSettings;
  readonly listeners: readonly ListenerSpec[];
}

export interface GroupSpec {
  readonly arn: string;
  /** `targetgroup/<name>/<id>`, the group's dimension in CloudWatch. */
  readonly fullName: string;
  readonly settings: GroupSettings;
}
