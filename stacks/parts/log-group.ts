import * as logs from "aws-cdk-lib/aws-logs";
import { RemovalPolicy } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import type { StagePlan } from "#fleet";
import { useKey } from "../encryption/encryption.ts";
import { logRetentionDays } from "./durability.ts";

/** A log group that goes with its stack, encrypted with the stage's key, where it has one. */
export function createGroup(scope: Construct, id: string, plan: StagePlan, name: string): logs.CfnLogGroup {
  const kmsKeyId = useKey(plan);
  const group = new logs.CfnLogGroup(scope, id, {
    logGroupName: name,
    retentionInDays: logRetentionDays,
    ...(kmsKeyId !== undefined && { kmsKeyId }),
  });
  group.applyRemovalPolicy(RemovalPolicy.DESTROY);
  return group;
}
