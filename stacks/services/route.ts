import * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as route53 from "aws-cdk-lib/aws-route53";
import type { Construct } from "constructs";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import type { DeployPlan } from "../parts/plan.ts";

export interface BalancerEntry {
  readonly fullName: string;
  readonly listenerArn: string;
  readonly alias: { readonly dnsName: string; readonly hostedZoneId: string };
}

export interface RouteProps {
  readonly plan: DeployPlan;
  readonly service: ServicePlan;
  readonly balancer: BalancerEntry;
  readonly network: { readonly vpcId: string };
  readonly hostedZoneId: string;
}

/** On one machine nothing is pulled, and an operator waits for three tasks in turn. */
const intervalSeconds = { aws: 30, loopback: 10 } as const;
const healthyAfter = 2;

/** Seconds in which a task that answers from the start is found healthy. */
export function startSecondsOf({ runsOn }: StagePlan): number {
  return healthyAfter * intervalSeconds[runsOn];
}

/** The way from a service's name to its tasks: DNS record, listener rule, target group. */
export class Route {
  readonly targetGroup: elbv2.CfnTargetGroup;
  readonly rule: elbv2.CfnListenerRule;

  constructor(scope: Construct, { plan, service, balancer, network, hostedZoneId }: RouteProps) {
    this.targetGroup = new elbv2.CfnTargetGroup(scope, "TargetGroup", {
      name: names.targetGroup(plan.stage, service.key),
      targetType: "ip",
      vpcId: network.vpcId,
      protocol: "HTTP",
      // A task is registered with its own port, so this one stays as it is: another would be another group of that name.
      port: plan.standing.services[service.key]?.targetGroupPort ?? service.port,
      healthCheckProtocol: "HTTP",
      healthCheckPath: service.health.path,
      healthCheckIntervalSeconds: intervalSeconds[plan.runsOn],
      healthCheckTimeoutSeconds: 5,
      healthyThresholdCount: healthyAfter,
      unhealthyThresholdCount: 3,
      matcher: { httpCode: service.health.codes },
      targetGroupAttributes: [
        { key: "deregistration_delay.timeout_seconds", value: "30" },
        ...(service.stickiness
          ? [
              { key: "stickiness.enabled", value: "true" },
              { key: "stickiness.type", value: "lb_cookie" },
            ]
          : []),
      ],
    });
    this.rule = new elbv2.CfnListenerRule(scope, "Rule", {
      listenerArn: balancer.listenerArn,
      priority: service.rulePriority,
      conditions: [{ field: "host-header", hostHeaderConfig: { values: [service.hostname] } }],
      actions: [{ type: "forward", targetGroupArn: this.targetGroup.attrTargetGroupArn }],
    });
    new route53.CfnRecordSet(scope, "Record", {
      hostedZoneId,
      name: service.hostname,
      type: "A",
      aliasTarget: { ...balancer.alias, evaluateTargetHealth: false },
      ...(plan.recordWeight !== undefined && { setIdentifier: names.recordSet(plan.stage), weight: plan.recordWeight }),
    });
  }
}
