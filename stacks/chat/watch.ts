import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as sns from "aws-cdk-lib/aws-sns";
import * as subscriptions from "aws-cdk-lib/aws-sns-subscriptions";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import type { ChatPlan, StagePlan } from "#fleet";
import { createAlarmTopic } from "../alarms/alerts.ts";
import { topicKey } from "../encryption/topic-key.ts";
import type { Stack } from "../sst.ts";

export interface WatchedRoad {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;
  readonly topic: sns.Topic;
}

/** For alarms on the road to the chats. They go by e-mail: what watches the road must not depend on it. */
export function createFallback(stack: Stack, plan: StagePlan, chat: ChatPlan): sns.Topic {
  const topic = createAlarmTopic(stack, "Fallback", `${plan.alarmTopic.name}-fallback`, topicKey(stack, plan));
  for (const email of chat.fallbackEmails) topic.addSubscription(new subscriptions.EmailSubscription(email));
  return topic;
}

export function watchRoad(stack: Stack, { stage }: StagePlan, { queue, deadLetters, topic }: WatchedRoad): void {
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
}
