import * as kms from "aws-cdk-lib/aws-kms";
import * as sns from "aws-cdk-lib/aws-sns";
import * as subscriptions from "aws-cdk-lib/aws-sns-subscriptions";
import { type ChatPlan, names, type StagePlan } from "#fleet";
import { useKey } from "../encryption/encryption.ts";
import { accept } from "../parts/nag.ts";
import type { Stack } from "../sst.ts";

/** A topic for each destination that is mail: AWS sends it, and asks each address to confirm. */
export function createMailTopics(
  stack: Stack,
  plan: StagePlan,
  { destinations }: ChatPlan,
): ReadonlyMap<string, sns.Topic> {
  const { stage } = plan;
  const topics = Object.entries(destinations).flatMap(([name, destination]) => {
    if (destination.receiver !== "email") return [];
    const masterKey = mailKey(stack, plan, `${name}-key`);
    const topic = new sns.Topic(stack, `${name}-mail`, {
      topicName: names.mailTopic(stage, name),
      enforceSSL: true,
      ...(masterKey !== undefined && { masterKey }),
    });
    if (masterKey === undefined)
      accept(topic, { "AwsSolutions-SNS2": "On one machine there is no AWS disk to encrypt." });
    for (const address of destination.addresses) topic.addSubscription(new subscriptions.EmailSubscription(address));
    return [[name, topic] as const];
  });
  return new Map(topics);
}

function mailKey(stack: Stack, plan: StagePlan, id: string): kms.IKey | undefined {
  const own = useKey(plan);
  if (own !== undefined) return kms.Key.fromKeyArn(stack, id, own);
  // The key AWS manages will do, and costs nothing: only our function publishes, and no alarm.
  // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  return plan.runsOn === "aws" ? kms.Alias.fromAliasName(stack, id, "alias/aws/sns") : undefined;
}
