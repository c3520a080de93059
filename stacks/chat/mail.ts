import * as kms from "aws-cdk-lib/aws-kms";
import * as sns from "aws-cdk-lib/aws-sns";
import * as subscriptions from "aws-cdk-lib/aws-sns-subscriptions";
import { type ChatPlan, names, type StagePlan } from "#fleet";
import { accept } from "../parts/nag.ts";
import type { Stack } from "../sst.ts";

/** A topic for each destination that is mail: AWS sends it, and asks each address to confirm. */
export function createMailTopics(
  stack: Stack,
  { stage, runsOn }: StagePlan,
  { destinations }: ChatPlan,
): ReadonlyMap<string, sns.Topic> {
  const topics = Object.entries(destinations).flatMap(([name, destination]) => {
    if (destination.receiver !== "email") return [];
    // The key AWS manages will do, and costs nothing: only our function publishes, and no alarm.
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    const masterKey = runsOn === "aws" ? kms.Alias.fromAliasName(stack, `${name}-key`, "alias/aws/sns") : undefined;
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
