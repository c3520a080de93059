import type { Stack } from "aws-cdk-lib";
import type { StagePlan } from "#fleet";
import type { RoomStatement } from "./function-room.ts";

const actions = {
  read: ["kms:Decrypt"],
  write: ["kms:Decrypt", "kms:GenerateDataKey"],
} as const satisfies Record<string, readonly string[]>;

/**
 * What a role needs beside secrets that a key of the account's encrypts: the use of that key, through Secrets Manager
 * alone. https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
export function keyStatements(
  stack: Stack,
  plan: StagePlan,
  access: keyof typeof actions,
  chosen: (secret: string) => boolean,
): readonly RoomStatement[] {
  const keys = new Set(plan.secrets.flatMap(({ key, kmsKeyArn }) => (chosen(key) ? (kmsKeyArn ?? []) : [])));
  if (keys.size === 0) return [];
  return [
    {
      actions: actions[access],
      resources: [...keys],
      conditions: { StringEquals: { "kms:ViaService": `secretsmanager.${plan.region}.${stack.urlSuffix}` } },
    },
  ];
}
