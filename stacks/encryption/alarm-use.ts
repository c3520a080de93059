import * as iam from "aws-cdk-lib/aws-iam";
import type * as kms from "aws-cdk-lib/aws-kms";
import { ArnFormat } from "aws-cdk-lib/core";
import type { Stack } from "../sst.ts";

export function letAlarmsUse(key: kms.Key, stack: Stack): void {
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: "AlarmsOfThisAccount",
      actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
      principals: [new iam.ServicePrincipal("cloudwatch.amazonaws.com", { conditions: ownAlarms(stack) })],
      resources: ["*"],
    }),
  );
}

export function ownAlarms(stack: Stack) {
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
