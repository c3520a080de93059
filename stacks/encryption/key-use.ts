import type { Stack } from "aws-cdk-lib/core";
import { names, partitionOf, type SecretPlan, type StagePlan } from "#fleet";
import type { RoomStatement } from "../parts/function-room.ts";
import { useKey } from "./encryption.ts";

const read = ["kms:Decrypt"] as const;
const write = ["kms:Decrypt", "kms:GenerateDataKey"] as const;

/** The key of a secret: the owner's, where it was adopted. `undefined`: the account's own for Secrets Manager. */
export function keyOf(plan: StagePlan, { kmsKeyArn, adoptedArn }: SecretPlan): string | undefined {
  return kmsKeyArn ?? (adoptedArn === undefined ? useKey(plan) : undefined);
}

/**
 * What a role needs beside secrets that a key of the account's encrypts: the use of that key for the stage's secrets,
 * through Secrets Manager alone. https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
export function secretKeyStatements(
  stack: Stack,
  plan: StagePlan,
  access: "read" | "write",
  chosen: (secret: string) => boolean,
): readonly RoomStatement[] {
  const used = plan.secrets.filter(({ key }) => chosen(key));
  const keys = new Set(used.flatMap((secret) => keyOf(plan, secret) ?? []));
  const secrets = `arn:${partitionOf(plan.region)}:secretsmanager:${stack.region}:${stack.account}:secret:${names.secretPrefix(plan.stage)}*`;
  return through(stack, "secretsmanager", [...keys], access === "read" ? read : write, {
    StringLike: { "kms:EncryptionContext:SecretARN": secrets },
  });
}

/**
 * What a role needs beside a table that the stage's key encrypts. DynamoDB calls KMS in its caller's name.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
export function tableKeyStatements(stack: Stack, plan: StagePlan, tableName: string): readonly RoomStatement[] {
  const key = useKey(plan);
  const actions = [...write, "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"];
  return through(stack, "dynamodb", key === undefined ? [] : [key], actions, {
    StringEquals: { "kms:EncryptionContext:aws:dynamodb:tableName": tableName },
  });
}

/** What a role needs to publish to an encrypted topic. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
export function topicKeyStatements(stack: Stack, keyArn: string | undefined): readonly RoomStatement[] {
  return through(stack, "sns", keyArn === undefined ? [] : [keyArn], write, {});
}

function through(
  { region, urlSuffix }: Stack,
  service: "dynamodb" | "secretsmanager" | "sns",
  keys: readonly string[],
  actions: readonly string[],
  { StringEquals, ...context }: NonNullable<RoomStatement["conditions"]>,
): readonly RoomStatement[] {
  if (keys.length === 0) return [];
  const viaService = { "kms:ViaService": `${service}.${region}.${urlSuffix}`, ...StringEquals };
  return [{ actions, resources: keys, conditions: { StringEquals: viaService, ...context } }];
}
