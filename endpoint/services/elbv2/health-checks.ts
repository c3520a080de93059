import * as v from "valibot";
import { notEmulated } from "#endpoint/core/errors.ts";
import type { HealthCheckRecord } from "./records.ts";
import { integer, invalid, text } from "./schema.ts";

/** The health check of a target group, as the API and CloudFormation write it. Durations are in seconds. */
export const healthCheckInput = {
  HealthCheckProtocol: v.optional(text),
  HealthCheckPort: v.optional(v.pipe(v.union([text, v.number()]), v.transform(String))),
  HealthCheckPath: v.optional(text),
  HealthCheckIntervalSeconds: v.optional(integer),
  HealthCheckTimeoutSeconds: v.optional(integer),
  HealthyThresholdCount: v.optional(integer),
  UnhealthyThresholdCount: v.optional(integer),
  Matcher: v.optional(v.object({ HttpCode: v.optional(v.pipe(v.union([text, v.number()]), v.transform(String))) })),
};
const schema = v.object(healthCheckInput);

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
export const initialHealthCheck: HealthCheckRecord = {
  protocol: "HTTP",
  port: "traffic-port",
  path: "/",
  interval: 30,
  timeout: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
};

/** The health check after a change of what it was. */
export function checkedHealthCheck(input: v.InferOutput<typeof schema>, current: HealthCheckRecord): HealthCheckRecord {
  const protocol = input.HealthCheckProtocol ?? current.protocol;
  if (protocol !== "HTTP" && protocol !== "HTTPS") throw notEmulated(`A health check of protocol '${protocol}'`);
  const check: HealthCheckRecord = {
    protocol,
    port: input.HealthCheckPort ?? current.port,
    path: input.HealthCheckPath ?? current.path,
    interval: input.HealthCheckIntervalSeconds ?? current.interval,
    timeout: input.HealthCheckTimeoutSeconds ?? current.timeout,
    healthyThreshold: input.HealthyThresholdCount ?? current.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? current.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? current.matcher,
  };
  checkLimits(check);
  return check;
}

function checkLimits(check: HealthCheckRecord): void {
  checkRange("interval", check.interval, 5, 300);
  checkRange("timeout", check.timeout, 2, 120);
  checkRange("healthy threshold", check.healthyThreshold, 2, 10);
  checkRange("unhealthy threshold", check.unhealthyThreshold, 2, 10);
  if (check.interval <= check.timeout) {
    throw invalid(`Health check interval '${check.interval}' must be greater than the timeout '${check.timeout}'`);
  }
  if (!check.path.startsWith("/") || check.path.length > 1024) {
    throw invalid(`Health check path '${check.path}' must begin with a '/' character and have at most 1024 characters`);
  }
  if (check.port !== "traffic-port" && !(Number(check.port) >= 1 && Number(check.port) <= 65535)) {
    throw invalid(`Health check port '${check.port}' must be 'traffic-port' or from 1 to 65535`);
  }
  checkMatcher(check.matcher);
}

export function shownHealthCheck(check: HealthCheckRecord) {
  return {
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: check.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.interval,
    HealthCheckTimeoutSeconds: check.timeout,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckPath: check.path,
    Matcher: { HttpCode: check.matcher },
  };
}

function checkRange(what: string, value: number, first: number, last: number): void {
  if (value < first || value > last)
    throw invalid(`Health check ${what} '${value}' must be between '${first}' and '${last}'`);
}

function checkMatcher(matcher: string): void {
  const fits = matcher.split(",").every((part) => /^[2-4]\d\d(-[2-4]\d\d)?$/.test(part.trim()));
  if (!fits) throw invalid(`Health check matcher HTTP code '${matcher}' must be within '200-499'`);
}
