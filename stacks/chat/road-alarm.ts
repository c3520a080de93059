import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as sns from "aws-cdk-lib/aws-sns";
import { names, type StagePlan } from "#fleet";
import type { Stack } from "../sst.ts";

/**
 * An alarm that never goes off by itself: nobody publishes its metric, and no data counts as OK. Set off by hand or by the
 * doctor, it travels as any alarm does, and the chats call it a test.
 */
export function createRoadAlarm(stack: Stack, { stage, alarmPeriodSeconds }: StagePlan, topic: sns.ITopic): void {
  new cloudwatch.CfnAlarm(stack, "RoadAlarm", {
    alarmName: names.alarmRoad(stage),
    alarmDescription: "Goes off when somebody tests whether alarms arrive, as fleet doctor does. Nothing is wrong.",
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
