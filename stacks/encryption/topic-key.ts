import * as kms from "aws-cdk-lib/aws-kms";
import { Duration, RemovalPolicy } from "aws-cdk-lib/core";
import type { StagePlan } from "#fleet";
import type { Stack } from "../sst.ts";
import { letAlarmsUse } from "./alarm-use.ts";
import { useKey } from "./encryption.ts";

/** The key of a topic for alarms: the stage's, where it has one. On one machine there is no AWS disk to encrypt. */
export function topicKey(stack: Stack, plan: StagePlan): kms.IKey | undefined {
  const arn = useKey(plan);
  if (arn !== undefined) return kms.Key.fromKeyArn(stack, "StageKey", arn);
  return plan.runsOn === "aws" ? createTopicKey(stack) : undefined;
}

/**
 * The fleet's own key, because CloudWatch may not use the one AWS manages for SNS: alarms would go off and nobody
 * would hear of it. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
function createTopicKey(stack: Stack): kms.Key {
  const key = new kms.Key(stack, "Key", {
    description: "Encrypts alarms on their way through SNS",
    enableKeyRotation: true,
    pendingWindow: Duration.days(7),
    // It protects messages in transit, not stored data.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  letAlarmsUse(key, stack);
  return key;
}
