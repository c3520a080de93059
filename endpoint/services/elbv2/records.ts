import { randomBytes } from "node:crypto";
import { AwsError, validationError } from "#endpoint/core/errors.ts";
import type { ActionInput, ConditionInput } from "./schema.ts";

export interface LoadBalancerRecord {
  readonly arn: string;
  readonly name: string;
  /** `app/<name>/<id>`, the balancer's dimension in CloudWatch. */
  readonly fullName: string;
  readonly dnsName: string;
  readonly hostedZoneId: string;
  readonly createdAt: Date;
  readonly scheme: string;
  subnets: readonly string[];
  securityGroups: readonly string[];
  ipAddressType: string;
  attributes: ReadonlyMap<string, string>;
}

export interface ListenerRecord {
  readonly arn: string;
  readonly loadBalancerArn: string;
  port: number;
  protocol: "HTTP" | "HTTPS";
  sslPolicy: string | undefined;
  certificateArn: string | undefined;
  readonly extraCertificateArns: Set<string>;
  actions: readonly ActionInput[];
  readonly defaultRuleArn: string;
  attributes: ReadonlyMap<string, string>;
}

export interface RuleRecord {
  readonly arn: string;
  readonly listenerArn: string;
  priority: number;
  conditions: readonly ConditionInput[];
  actions: readonly ActionInput[];
}

export interface TargetGroupRecord {
  readonly arn: string;
  readonly name: string;
  /** `targetgroup/<name>/<id>`. */
  readonly fullName: string;
  readonly protocol: "HTTP" | "HTTPS";
  readonly port: number;
  readonly vpcId: string | undefined;
  readonly targetType: string;
  readonly ipAddressType: string;
  healthCheck: HealthCheckRecord;
  attributes: ReadonlyMap<string, string>;
}

/** As the API has it: durations in seconds. */
export interface HealthCheckRecord {
  readonly protocol: "HTTP" | "HTTPS";
  readonly port: string;
  readonly path: string;
  readonly interval: number;
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly matcher: string;
}

function checkArn(text: string, kind: string): void {
  const type = kind.replaceAll(" ", "").replace("listenerrule", "listener-rule");
  if (text.startsWith("arn:") && text.includes(`:${type}/`)) return;
  throw validationError(`'${text}' is not a valid ${kind} ARN`);
}

/** What the control plane knows. Lookups throw what the API answers for what is not there. */
export class Records {
  readonly loadBalancers = new Map<string, LoadBalancerRecord>();
  readonly listeners = new Map<string, ListenerRecord>();
  readonly rules = new Map<string, RuleRecord>();
  readonly targetGroups = new Map<string, TargetGroupRecord>();
  readonly tags = new Map<string, ReadonlyMap<string, string>>();

  loadBalancer(arn: string): LoadBalancerRecord {
    checkArn(arn, "load balancer");
    return found(this.loadBalancers.get(arn), "LoadBalancerNotFound", `Load balancer '${arn}' not found`);
  }

  listener(arn: string): ListenerRecord {
    checkArn(arn, "listener");
    return found(this.listeners.get(arn), "ListenerNotFound", `Listener '${arn}' not found`);
  }

  rule(arn: string): RuleRecord {
    checkArn(arn, "listener rule");
    return found(this.rules.get(arn), "RuleNotFound", `Rule '${arn}' not found`);
  }

  targetGroup(arn: string): TargetGroupRecord {
    checkArn(arn, "target group");
    return found(this.targetGroups.get(arn), "TargetGroupNotFound", `Target group '${arn}' not found`);
  }

  listenersOf(loadBalancerArn: string): readonly ListenerRecord[] {
    return [...this.listeners.values()].filter((listener) => listener.loadBalancerArn === loadBalancerArn);
  }

  /** In the order they are tried. */
  rulesOf(listenerArn: string): readonly RuleRecord[] {
    return [...this.rules.values()]
      .filter((rule) => rule.listenerArn === listenerArn)
      .sort((one, other) => one.priority - other.priority);
  }
}

/** The 16 hexadecimal digits at the end of each ARN. */
export function newId(): string {
  return randomBytes(8).toString("hex");
}

export function found<T>(record: T | undefined, code: string, message: string): T {
  if (record === undefined) throw new AwsError(code, message);
  return record;
}
