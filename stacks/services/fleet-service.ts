import * as ecs from "aws-cdk-lib/aws-ecs";
import type * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { Construct } from "constructs";
import { names, type ServicePlan } from "#fleet";
import type { RedisAddress } from "#fleet/session-environment.ts";
import type { DeployPlan } from "../parts/plan.ts";
import { createReleaseAlarms } from "./release-alarms.ts";
import { type BalancerEntry, Route, startSecondsOf } from "./route.ts";
import { Task } from "./task.ts";

export interface FleetServiceProps {
  readonly plan: DeployPlan;
  readonly service: ServicePlan;
  readonly balancer: BalancerEntry;
  readonly network: {
    readonly vpcId: string;
    readonly privateSubnets: readonly string[];
    readonly tasksSecurityGroup: string;
  };
  readonly cluster: { readonly clusterName: string; readonly executionRoleArn: string };
  readonly hostedZoneId: string;
  readonly secretArns: ReadonlyMap<string, string>;
  readonly redis: RedisAddress | undefined;
}

/** One entry of the map, from its DNS record to its tasks. */
export class FleetService extends Construct {
  readonly key: string;
  readonly targetGroup: elbv2.CfnTargetGroup;

  constructor(scope: Construct, id: string, props: FleetServiceProps) {
    super(scope, id);
    const { plan, service, network, cluster } = props;
    this.key = service.key;
    const route = new Route(this, props);
    this.targetGroup = route.targetGroup;
    const task = new Task(this, props);
    // Here and not among the other alarms: they exist before the service names them, and until it no longer does.
    const guards = createReleaseAlarms(this, plan, service, {
      targetGroup: route.targetGroup.attrTargetGroupFullName,
      loadBalancer: props.balancer.fullName,
    });
    const tasks = new ecs.CfnService(this, "Service", {
      serviceName: names.service(plan.stage, service.key),
      cluster: cluster.clusterName,
      taskDefinition: task.definition.ref,
      ...placementOf(service),
      // The map's number, always: left out, a service once at 0 would stay there once the entry no longer says 0. But not
      // where load decides: each deploy would undo it. It begins with one, and the scaler has at least its minimum.
      ...(service.scaling === undefined && { desiredCount: service.desiredCount }),
      deploymentConfiguration: {
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        ...(guards.length > 0 && {
          alarms: { alarmNames: guards.map(({ ref }) => ref), enable: true, rollback: true },
        }),
      },
      enableExecuteCommand: true,
      // What a task costs is found by the tags of its service.
      propagateTags: "SERVICE",
      // A new task may fail its health check while it starts, before ECS counts that against the rollout.
      healthCheckGracePeriodSeconds: startSecondsOf(plan),
      loadBalancers: [
        {
          containerName: service.key,
          containerPort: service.port,
          targetGroupArn: route.targetGroup.attrTargetGroupArn,
        },
      ],
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...network.privateSubnets],
          securityGroups: [network.tasksSecurityGroup],
          assignPublicIp: "DISABLED",
        },
      },
    });
    // ECS refuses a target group that no listener uses yet.
    tasks.addDependency(route.rule);
  }
}

/** Spot has no launch type: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html */
function placementOf({ capacity }: ServicePlan): Pick<ecs.CfnServiceProps, "launchType" | "capacityProviderStrategy"> {
  switch (capacity) {
    case "on-demand":
      return { launchType: "FARGATE" };
    case "spot":
      return { capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }] };
  }
}
