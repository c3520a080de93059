import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as subscriptions from "aws-cdk-lib/aws-sns-subscriptions";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { type ChatPlan, names, type StagePlan } from "#fleet";
import { createAlarmTopic, createKey } from "../alarms/alerts.ts";
import type { Stack } from "../sst.ts";

export interface WatchedRoad {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;
}

/**
 * Alarms on the road to the chats. They go by e-mail, over a topic of their own: what watches the function must not
 * depend on it.
 */
export function watchRoad(stack: Stack, plan: StagePlan, chat: ChatPlan, { queue, deadLetters }: WatchedRoad): void {
  const { stage, runsOn, alarmTopic } = plan;
  const key = runsOn === "aws" ? createKey(stack) : undefined;
  const topic = createAlarmTopic(stack, "Fallback", `${alarmTopic.name}-fallback`, key);
  for (const email of chat.fallbackEmails) topic.addSubscription(new subscriptions.EmailSubscription(email));
  const watch = (id: string, alarmDescription: string, props: Partial<cloudwatch.CfnAlarmProps>) =>
    new cloudwatch.CfnAlarm(stack, id, {
      alarmName: `${stage}-mcp-chat-${id}`,
      alarmDescription: `${alarmDescription} Runbook: docs/alarms.md#when-the-road-itself-fails`,
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      threshold: 0,
      period: Duration.minutes(1).toSeconds(),
      treatMissingData: "notBreaching",
      alarmActions: [topic.topicArn],
      okActions: [topic.topicArn],
      ...props,
    });
  watch("undelivered", "Messages that no chat accepted are in the dead-letter queue.", {
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: [{ name: "QueueName", value: deadLetters.queueName }],
    statistic: "Maximum",
  });
  watch("waiting", "A message has been waiting for a chat for more than 15 minutes.", {
    namespace: "AWS/SQS",
    metricName: "ApproximateAgeOfOldestMessage",
    dimensions: [{ name: "QueueName", value: queue.queueName }],
    statistic: "Maximum",
    threshold: Duration.minutes(15).toSeconds(),
  });
  watch("failing", "The function that posts to the chats fails.", {
    namespace: "AWS/Lambda",
    metricName: "Errors",
    dimensions: [{ name: "FunctionName", value: names.function(stage, "alarm-to-chat") }],
    statistic: "Sum",
  });
}
