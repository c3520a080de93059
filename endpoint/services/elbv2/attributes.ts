import * as v from "valibot";
import type { BalancerSettings, GroupSettings } from "./model.ts";
import type { TargetGroupRecord } from "./records.ts";
import { invalid } from "./schema.ts";

interface AttributeRule {
  readonly initial: string;
  fits(value: string): boolean;
  readonly allowed: string;
}

const truth = oneOf("true", "false");

function oneOf(...values: readonly string[]) {
  return (initial: string): AttributeRule => ({
    initial,
    fits: (value) => values.includes(value),
    allowed: values.join(", "),
  });
}

function between(first: number, last: number) {
  return (initial: string): AttributeRule => ({
    initial,
    fits: (value) => /^\d+$/.test(value) && Number(value) >= first && Number(value) <= last,
    allowed: `a whole number from ${first} to ${last}`,
  });
}

const anything: AttributeRule = { initial: "", fits: () => true, allowed: "any text" };

export type AttributeTable = Readonly<Record<string, AttributeRule>>;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html */
export const loadBalancerAttributes: AttributeTable = {
  "access_logs.s3.enabled": truth("false"),
  "access_logs.s3.bucket": anything,
  "access_logs.s3.prefix": anything,
  "client_keep_alive.seconds": between(60, 604_800)("3600"),
  "connection_logs.s3.enabled": truth("false"),
  "connection_logs.s3.bucket": anything,
  "connection_logs.s3.prefix": anything,
  "deletion_protection.enabled": truth("false"),
  "health_check_logs.s3.enabled": truth("false"),
  "health_check_logs.s3.bucket": anything,
  "health_check_logs.s3.prefix": anything,
  "idle_timeout.timeout_seconds": between(1, 4000)("60"),
  "ipv6.deny_all_igw_traffic": truth("false"),
  "load_balancing.cross_zone.enabled": oneOf("true")("true"),
  "routing.http.desync_mitigation_mode": oneOf("monitor", "defensive", "strictest")("defensive"),
  "routing.http.drop_invalid_header_fields.enabled": truth("false"),
  "routing.http.preserve_host_header.enabled": truth("false"),
  "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": truth("false"),
  "routing.http.xff_client_port.enabled": truth("false"),
  "routing.http.xff_header_processing.mode": oneOf("append", "preserve", "remove")("append"),
  "routing.http2.enabled": truth("true"),
  "waf.fail_open.enabled": truth("false"),
  "zonal_shift.config.enabled": truth("false"),
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html */
export const targetGroupAttributes: AttributeTable = {
  "deregistration_delay.timeout_seconds": between(0, 3600)("300"),
  "load_balancing.algorithm.anomaly_mitigation": oneOf("on", "off")("off"),
  "load_balancing.algorithm.type": oneOf("round_robin", "least_outstanding_requests", "weighted_random")("round_robin"),
  "load_balancing.cross_zone.enabled": oneOf(
    "true",
    "false",
    "use_load_balancer_configuration",
  )("use_load_balancer_configuration"),
  "slow_start.duration_seconds": between(0, 900)("0"),
  "stickiness.enabled": truth("false"),
  // `app_cookie` follows a cookie of the target's own, which the local balancer does not do.
  "stickiness.type": oneOf("lb_cookie")("lb_cookie"),
  "stickiness.lb_cookie.duration_seconds": between(1, 604_800)("86400"),
  "stickiness.app_cookie.cookie_name": anything,
  "stickiness.app_cookie.duration_seconds": between(1, 604_800)("86400"),
  "target_group_health.dns_failover.minimum_healthy_targets.count": anything,
  "target_group_health.dns_failover.minimum_healthy_targets.percentage": anything,
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": oneOf("1")("1"),
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": oneOf("off")("off"),
};

export const listenerAttributes: AttributeTable = {
  "routing.http.response.server.enabled": oneOf("true")("true"),
};

export function initialAttributes(table: AttributeTable): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).map(([key, rule]) => [key, rule.initial]));
}

/** The attributes after a change; a key or a value that is not allowed is a `ValidationError`. */
export function changedAttributes(
  table: AttributeTable,
  current: ReadonlyMap<string, string>,
  changes: readonly { readonly Key: string; readonly Value: string | number | boolean }[],
): ReadonlyMap<string, string> {
  const next = new Map(current);
  for (const { Key, Value } of changes) {
    const rule = table[Key];
    if (rule === undefined) throw invalid(`Attribute key '${Key}' is not recognized`);
    if (!rule.fits(String(Value)))
      throw invalid(`Attribute '${Key}' has the value '${Value}', allowed: ${rule.allowed}`);
    next.set(Key, String(Value));
  }
  return next;
}

export function shownAttributes(attributes: ReadonlyMap<string, string>) {
  return [...attributes].map(([Key, Value]) => ({ Key, Value }));
}

export function balancerSettings(attributes: ReadonlyMap<string, string>): BalancerSettings {
  const mode = attributes.get("routing.http.xff_header_processing.mode");
  return {
    idleTimeout: Number(attributes.get("idle_timeout.timeout_seconds")) * 1000,
    http2: attributes.get("routing.http2.enabled") === "true",
    forwardedFor: mode === "preserve" || mode === "remove" ? mode : "append",
    forwardedForClientPort: attributes.get("routing.http.xff_client_port.enabled") === "true",
  };
}

export function groupSettings({ attributes, healthCheck, protocol }: TargetGroupRecord): GroupSettings {
  const algorithm = attributes.get("load_balancing.algorithm.type");
  const sticky = attributes.get("stickiness.enabled") === "true";
  return {
    protocol,
    algorithm:
      algorithm === "least_outstanding_requests" || algorithm === "weighted_random" ? algorithm : "round_robin",
    deregistrationDelay: Number(attributes.get("deregistration_delay.timeout_seconds")) * 1000,
    ...(sticky ? { stickyFor: Number(attributes.get("stickiness.lb_cookie.duration_seconds")) * 1000 } : {}),
    healthCheck: {
      ...healthCheck,
      port: healthCheck.port === "traffic-port" ? "traffic-port" : Number(healthCheck.port),
      interval: healthCheck.interval * 1000,
      timeout: healthCheck.timeout * 1000,
    },
  };
}

/** Those attributes that a template names, as they are now: the others it leaves to the service. */
export function namedAttributes(current: ReadonlyMap<string, string>, named: unknown) {
  const parsed = v.safeParse(v.array(v.object({ Key: v.string() })), named);
  return parsed.success ? parsed.output.map(({ Key }) => ({ Key, Value: current.get(Key) })) : [];
}
