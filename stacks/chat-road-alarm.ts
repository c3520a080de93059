import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as sns from "aws-cdk-lib/aws-sns";
import type { Stack } from "sst/constructs";
import { names, type StagePlan } from "#fleet";

/**
 * An alarm that never goes off by itself: nobody publishes its metric, and no data is well. Set off by hand or by the
 * doctor, it goes the way of all alarms, and the chats say that it is a test.
 */
export function createRoadAlarm(stack: Stack, { stage, alarmPeriodSeconds }: StagePlan, topic: sns.ITopic): void {
  new cloudwatch.CfnAlarm(stack, "RoadAlarm", {
    alarmName: names.alarmRoad(stage),
    alarmDescription: "Goes off when somebody tries whether alarms arrive: fleet doctor. Nothing is wrong.",
    namespace: "MCPFleet",
    metricName: "AlarmRoad",
    statistic: "Maximum",
    period: alarmPeriodSeconds,
    evaluationPeriods: 1,
    threshold: 0,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    alarmActions: [topic.topicArn],
    okActions: [topic.topicArn],
  });
}
