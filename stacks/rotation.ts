import { Duration } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { type Stack, type StackContext, use } from "sst/constructs";
import { names, type RotationMap, rotationMapOf, type StagePlan } from "#fleet";
import { Alerts } from "./alerts.ts";
import type { FunctionRoom } from "./function-room.ts";
import { usePlan } from "./plan.ts";
import { alignmentRoom, alignOnDeploy } from "./rotation/alignment.ts";
import { writeMap } from "./rotation/map-file.ts";
import { rotationRoom, scheduleRotations } from "./rotation/schedule.ts";
import { settlementRoom } from "./rotation/settlement.ts";
import { Secrets } from "./secrets.ts";

/** What the three rooms of this stack share. */
export interface RotationProps {
  readonly plan: StagePlan;
  readonly map: RotationMap;
  readonly secretArns: ReadonlyMap<string, string>;
  readonly topicArn: string;
  readonly topicKeyArn: string | undefined;
  /** The map as a file, from the project's root. */
  readonly mapFile: string;
}

/** Secrets that rotate themselves, settle, and keep the names of their keys. */
export function Rotation({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const { arns: secretArns } = use(Secrets);
  const { topicArn, keyArn: topicKeyArn } = use(Alerts);
  const map = rotationMapOf(plan);
  const props: RotationProps = { plan, map, secretArns, topicArn, topicKeyArn, mapFile: writeMap(map) };

  const rotate = rotationRoom(stack, props);
  scheduleRotations(stack, rotate, props);

  const settle = settlementRoom(stack, props);
  on(stack, "SecretLabel", settle, { eventPattern: labelMoved(plan) });
  on(stack, "Deployment", settle, { eventPattern: deploymentChanged(stack, plan) });
  on(stack, "Planner", settle, { schedule: events.Schedule.rate(Duration.minutes(5)) });

  const align = alignmentRoom(stack, props);
  if (align !== undefined) {
    on(stack, "CurrentValue", align, { eventPattern: labelMoved(plan, "AWSCURRENT") });
    on(stack, "DailyAlignment", align, { schedule: events.Schedule.rate(Duration.days(1)) });
    alignOnDeploy(stack, align, props);
  }
}

function on(stack: Stack, id: string, room: FunctionRoom, rule: events.RuleProps): void {
  new events.Rule(stack, id, { ...rule, targets: [new LambdaFunction(room.lambda)] });
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html */
function labelMoved({ stage }: StagePlan, label?: string): events.EventPattern {
  return {
    source: ["aws.secretsmanager"],
    detailType: ["Secret Label Updated"],
    detail: { name: [{ prefix: names.secretPrefix(stage) }], ...(label !== undefined && { labelUpdated: [label] }) },
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html */
function deploymentChanged(stack: Stack, { stage }: StagePlan): events.EventPattern {
  const services = stack.formatArn({ service: "ecs", resource: "service", resourceName: `${names.cluster(stage)}/` });
  return {
    source: ["aws.ecs"],
    detailType: ["ECS Deployment State Change"],
    // Each resource of an event is matched; the wildcard's place is taken by a prefix.
    resources: events.Match.prefix(services),
    detail: { eventName: ["SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_DEPLOYMENT_FAILED"] },
  };
}
