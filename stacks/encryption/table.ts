import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import type { StagePlan } from "#fleet";
import { useKey } from "./encryption.ts";

/** With the stage's key, where it has one; with one of DynamoDB's otherwise. */
export function tableEncryption(plan: StagePlan): Pick<dynamodb.CfnTableProps, "sseSpecification"> {
  const key = useKey(plan);
  if (key === undefined) return {};
  return { sseSpecification: { sseEnabled: true, sseType: "KMS", kmsMasterKeyId: key } };
}
