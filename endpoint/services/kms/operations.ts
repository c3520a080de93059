import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { KmsEngine } from "./engine.ts";
import type { Key } from "./keys.ts";

const byId = { KeyId: v.string() };

/** What a key is and who may use it, as a deploy asks before it encrypts with one. */
export function operationsOf({ keys }: KmsEngine): Operations {
  return {
    DescribeKey: define(v.object(byId), ({ KeyId }) => ({ KeyMetadata: shown(keys.get(KeyId)) })),
    GetKeyPolicy: define(
      v.object({ ...byId, PolicyName: v.optional(v.string(), "default") }),
      ({ KeyId, PolicyName }) => {
        const key = keys.get(KeyId);
        if (PolicyName !== "default") throw new AwsError("NotFoundException", `No such policy exists: ${PolicyName}`);
        return { Policy: key.policy, PolicyName };
      },
    ),
  };
}

function shown({ id, arn, createdAt, usage, spec, description, enabled, deletedAt }: Key) {
  return {
    KeyId: id,
    Arn: arn,
    AWSAccountId: arn.split(":")[4],
    CreationDate: createdAt,
    Enabled: enabled && deletedAt === undefined,
    Description: description,
    KeyUsage: usage,
    KeySpec: spec,
    KeyState: deletedAt === undefined ? (enabled ? "Enabled" : "Disabled") : "PendingDeletion",
    DeletionDate: deletedAt,
    Origin: "AWS_KMS",
    KeyManager: "CUSTOMER",
    MultiRegion: false,
  };
}
