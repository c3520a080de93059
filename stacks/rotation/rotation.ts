import * as events from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Duration } from "aws-cdk-lib/core";
import { names, rotationMapOf, type StagePlan } from "#fleet";
import { Alerts } from "../alarms/alerts.ts";
import type { FunctionRoom } from "../parts/function-room.ts";
import { usePlan } from "../parts/plan.ts";
import { Secrets } from "../secrets/secrets.ts";
import { type Stack, type StackContext, use } from "../sst.ts";
import { alignmentRoom, alignmentSeconds, alignOnDeploy } from "./alignment.ts";
import { writeMap } from "./map-file.ts";
import type { RotationProps } from "./room-props.ts";
import { rotationRoom, scheduleRotations } from "./schedule.ts";
import { settlementRoom, settlementSeconds } from "./settlement.ts";

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
  if (settle !== undefined) {
    on(stack, "SecretLabel", settle, { eventPattern: labelMoved(plan) });
    on(stack, "Deployment", settle, { eventPattern: deploymentChanged(stack, plan) });
    on(stack, "Planner", settle, { schedule: events.Schedule.rate(Duration.seconds(settlementSeconds)) });
  }

  const align = alignmentRoom(stack, props);
  if (align !== undefined) {
    on(stack, "CurrentValue", align, { eventPattern: labelMoved(plan, "AWSCURRENT") });
    on(stack, "DailyAlignment", align, { schedule: events.Schedule.rate(Duration.seconds(alignmentSeconds)) });
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
