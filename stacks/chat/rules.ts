import * as events from "aws-cdk-lib/aws-events";
import type * as targets from "aws-cdk-lib/aws-events-targets";
import { ArnFormat, Duration } from "aws-cdk-lib/core";
import { names, type StagePlan } from "#fleet";
import type { Stack } from "../sst.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html */
const troubles = [
  "SERVICE_TASK_START_IMPAIRED",
  "SERVICE_TASK_PLACEMENT_FAILURE",
  "SERVICE_TASK_CONFIGURATION_FAILURE",
] as const;

/** What the topic does not bring: measured values of alarms, deployments, tasks, rotations; and the passing of time. */
export function createRules(stack: Stack, { stage }: StagePlan, target: targets.SqsQueue): void {
  const rule = (id: string, description: string, eventPattern: events.EventPattern) =>
    new events.Rule(stack, id, { description, eventPattern, targets: [target] });
  const service = stack.formatArn({
    service: "ecs",
    resource: "service",
    resourceName: `${names.cluster(stage)}/`,
  });
  const secrets = stack.formatArn({
    service: "secretsmanager",
    resource: "secret",
    resourceName: names.secretPrefix(stage),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  rule("AlarmChanges", "State changes of the stage's alarms and of their contributors", {
    source: ["aws.cloudwatch"],
    detailType: ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"],
    detail: { alarmName: events.Match.prefix(`${stage}-mcp-`) },
  });
  rule("Deployments", "Deployments that failed, and those that completed after it", {
    source: ["aws.ecs"],
    detailType: ["ECS Deployment State Change"],
    resources: events.Match.prefix(service),
    detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED", "SERVICE_DEPLOYMENT_COMPLETED"] },
  });
  rule("StoppedTasks", "Tasks that stopped by themselves", {
    source: ["aws.ecs"],
    detailType: ["ECS Task State Change"],
    detail: {
      clusterArn: [stack.formatArn({ service: "ecs", resource: "cluster", resourceName: names.cluster(stage) })],
      lastStatus: ["STOPPED"],
      stopCode: events.Match.anythingBut("UserInitiated", "ServiceSchedulerInitiated"),
    },
  });
  rule("UnhealthyTasks", "Tasks that ECS stopped because of their health checks or their host", {
    source: ["aws.ecs"],
    detailType: ["ECS Task State Change"],
    detail: {
      clusterArn: [stack.formatArn({ service: "ecs", resource: "cluster", resourceName: names.cluster(stage) })],
      lastStatus: ["STOPPED"],
      stopCode: ["UserInitiated", "ServiceSchedulerInitiated"],
      stoppedReason: events.Match.anyOf(
        events.Match.prefix("Task failed"),
        events.Match.prefix("ECS is performing"),
        events.Match.prefix("Amazon ECS is performing"),
      ),
    },
  });
  rule("ServiceTrouble", "What keeps services from running as many tasks as they should, and its end", {
    source: ["aws.ecs"],
    detailType: ["ECS Service Action"],
    resources: events.Match.prefix(service),
    detail: { eventName: [...troubles, "SERVICE_STEADY_STATE"] },
  });
  rule("Rotations", "Outcomes of rotations", {
    source: ["aws.secretsmanager"],
    detailType: ["AWS Service Event via CloudTrail"],
    detail: {
      eventName: ["RotationSucceeded", "RotationFailed", "RotationAbandoned", "TestRotationFailed"],
      additionalEventData: { SecretId: events.Match.prefix(secrets) },
    },
  });
  new events.Rule(stack, "Tick", {
    description: "Reminds of ongoing incidents, and posts what a mute window held back",
    schedule: events.Schedule.rate(Duration.minutes(5)),
    targets: [target],
  });
}
