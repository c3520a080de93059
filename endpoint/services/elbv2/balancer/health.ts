import type { HealthCheckSettings } from "../model.ts";
import type { ProbeResult } from "./probe.ts";
import { compileStatusCodes } from "./status-codes.ts";

/**
 * A target's state with the reason codes and descriptions of `DescribeTargetHealth`:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
export type TargetStatus =
  | { readonly state: "healthy" }
  | {
      readonly state: "initial" | "unhealthy" | "draining" | "unused";
      readonly reason: string;
      readonly description: string;
    };

export const statuses = {
  registering: {
    state: "initial",
    reason: "Elb.RegistrationInProgress",
    description: "Target registration is in progress",
  },
  initial: {
    state: "initial",
    reason: "Elb.InitialHealthChecking",
    description: "Initial health checks in progress",
  },
  healthy: { state: "healthy" },
  draining: {
    state: "draining",
    reason: "Target.DeregistrationInProgress",
    description: "Target deregistration is in progress",
  },
  notInUse: {
    state: "unused",
    reason: "Target.NotInUse",
    description: "Target group is not configured to receive traffic from the load balancer",
  },
  notRegistered: {
    state: "unused",
    reason: "Target.NotRegistered",
    description: "Target is not registered to the target group",
  },
} as const satisfies Record<string, TargetStatus>;

/** A state with the run of equal results that may change it. */
export interface Health {
  readonly status: TargetStatus;
  readonly successes: number;
  readonly failures: number;
}

export const unchecked: Health = { status: statuses.initial, successes: 0, failures: 0 };

/**
 * What one result makes of a target's health. A new target needs one success, an unhealthy one a run of them.
 */
export function afterProbe(health: Health, result: ProbeResult, settings: HealthCheckSettings): Health {
  const failure = failureOf(result, settings.matcher);
  if (failure === undefined) {
    const successes = health.successes + 1;
    const enough = health.status.state !== "unhealthy" || successes >= settings.healthyThreshold;
    return { status: enough ? statuses.healthy : health.status, successes, failures: 0 };
  }
  const failures = health.failures + 1;
  const unhealthy = health.status.state === "unhealthy" || failures >= settings.unhealthyThreshold;
  return { status: unhealthy ? { state: "unhealthy", ...failure } : health.status, successes: 0, failures };
}

function failureOf(result: ProbeResult, matcher: string): { reason: string; description: string } | undefined {
  switch (result.kind) {
    case "answered":
      if (compileStatusCodes(matcher)(result.status)) return undefined;
      return {
        reason: "Target.ResponseCodeMismatch",
        description: `Health checks failed with these codes: [${result.status}]`,
      };
    case "timed-out":
      return { reason: "Target.Timeout", description: "Request timed out" };
    case "failed":
      return { reason: "Target.FailedHealthChecks", description: "Health checks failed" };
  }
}
