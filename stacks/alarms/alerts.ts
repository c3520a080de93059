import * as iam from "aws-cdk-lib/aws-iam";
import type * as kms from "aws-cdk-lib/aws-kms";
import * as sns from "aws-cdk-lib/aws-sns";
import { ownAlarms } from "../encryption/alarm-use.ts";
import { topicKey } from "../encryption/topic-key.ts";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import type { Stack, StackContext } from "../sst.ts";

/** The topic that alarms are sent to. */
export function Alerts({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const { alarmTopic } = plan;
  const { encryptionKey } = plan.controls;
  if (alarmTopic.adoptedArn !== undefined) {
    // A topic that was there before may have the key that was, and no other of ours.
    return { topicArn: alarmTopic.adoptedArn, keyArn: encryptionKey?.kind === "adopt" ? encryptionKey.arn : undefined };
  }
  const key = topicKey(stack, plan);
  const topic = createAlarmTopic(stack, "Topic", alarmTopic.name, key);
  stack.addOutputs({ AlarmTopicArn: topic.topicArn });
  return { topicArn: topic.topicArn, keyArn: key?.keyArn };
}

/** A topic that alarms of this account may publish to, and nobody else. */
export function createAlarmTopic(stack: Stack, id: string, topicName: string, key: kms.IKey | undefined): sns.Topic {
  const topic = new sns.Topic(stack, id, { topicName, enforceSSL: true, ...(key !== undefined && { masterKey: key }) });
  if (key === undefined) accept(topic, { "AwsSolutions-SNS2": "On one machine there is no AWS disk to encrypt." });
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: "AlarmsOfThisAccount",
      actions: ["sns:Publish"],
      principals: [new iam.ServicePrincipal("cloudwatch.amazonaws.com", { conditions: ownAlarms(stack) })],
      resources: [topic.topicArn],
    }),
  );
  return topic;
}
