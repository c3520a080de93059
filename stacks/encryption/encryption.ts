import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import { Duration } from "aws-cdk-lib/core";
import { names, type StagePlan } from "#fleet";
import { keptForever } from "../parts/durability.ts";
import { usePlan } from "../parts/plan.ts";
import { type Stack, type StackContext, use } from "../sst.ts";
import { letAlarmsUse } from "./alarm-use.ts";

/**
 * The key that the stage makes for itself. It is a stack only where the map asks for it: SST leaves a stack alone that the
 * app no longer has, so that what was encrypted can be read after the switch is off.
 */
export function Encryption({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const key = new kms.Key(stack, "Key", {
    description: `Encrypts what stage ${plan.stage} of the fleet keeps`,
    enableKeyRotation: true,
    pendingWindow: Duration.days(30),
    removalPolicy: keptForever(plan),
  });
  letAlarmsUse(key, stack);
  letLogsUse(key, stack, plan);
  return { keyArn: key.keyArn };
}

/** ARN of the key with which the stage encrypts what it keeps; `undefined`: with AWS's own keys. */
export function useKey({ controls: { encryptionKey } }: StagePlan): string | undefined {
  switch (encryptionKey?.kind) {
    case undefined:
      return undefined;
    case "adopt":
      return encryptionKey.arn;
    case "create":
      return use(Encryption).keyArn;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function letLogsUse(key: kms.Key, stack: Stack, { stage }: StagePlan): void {
  const groups = [
    names.logGroup(stage, "*"),
    `/aws/lambda/${names.function(stage, "*")}`,
    names.flowLog(stage),
    names.execTranscripts(stage),
  ];
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: "LogsOfThisStage",
      actions: ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
      principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      resources: ["*"],
      conditions: {
        ArnLike: {
          "kms:EncryptionContext:aws:logs:arn": groups.map(
            (group) => `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:${group}`,
          ),
        },
      },
    }),
  );
}
