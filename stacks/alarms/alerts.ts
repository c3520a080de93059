import { ArnFormat, Duration, RemovalPolicy } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import * as sns from "aws-cdk-lib/aws-sns";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import type { Stack, StackContext } from "../sst.ts";

/** The topic that alarms are sent to. */
export function Alerts({ app, stack }: StackContext) {
  const { alarmTopic, runsOn } = usePlan(app);
  if (alarmTopic.adoptedArn !== undefined) return { topicArn: alarmTopic.adoptedArn, keyArn: undefined };
  const key = runsOn === "aws" ? createKey(stack) : undefined;
  const topic = createAlarmTopic(stack, "Topic", alarmTopic.name, key);
  stack.addOutputs({ AlarmTopicArn: topic.topicArn });
  return { topicArn: topic.topicArn, keyArn: key?.keyArn };
}

/** A topic that alarms of this account may publish to, and nobody else. */
export function createAlarmTopic(stack: Stack, id: string, topicName: string, key: kms.Key | undefined): sns.Topic {
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

/**
 * The fleet's own key, because CloudWatch may not use the one AWS manages for SNS: alarms would go off and nobody
 * would hear of it. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function createKey(stack: Stack): kms.Key {
  const key = new kms.Key(stack, "Key", {
    description: "Encrypts alarms on their way through SNS",
    enableKeyRotation: true,
    pendingWindow: Duration.days(7),
    // It protects messages in transit, not stored data.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: "AlarmsOfThisAccount",
      actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
      principals: [new iam.ServicePrincipal("cloudwatch.amazonaws.com", { conditions: ownAlarms(stack) })],
      resources: ["*"],
    }),
  );
  return key;
}

function ownAlarms(stack: Stack) {
  return {
    StringEquals: { "aws:SourceAccount": stack.account },
    ArnLike: {
      "aws:SourceArn": stack.formatArn({
        service: "cloudwatch",
        resource: "alarm",
        resourceName: "*",
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    },
  };
}
