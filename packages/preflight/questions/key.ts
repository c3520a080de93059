import { DescribeKeyCommand, GetKeyPolicyCommand, type KeyMetadata, KMSClient } from "@aws-sdk/client-kms";
import * as v from "valibot";
import { orMissing } from "#cli/aws.ts";
import { partitionOf, type StagePlan } from "#fleet";
import type { Obstacle, Question } from "../question.ts";

const texts = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((value) => [value].flat()),
);
const KeyPolicy = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    Statement: v.array(
      v.object({
        Effect: v.string(),
        Principal: v.optional(v.union([v.literal("*"), v.record(v.string(), texts)])),
        Action: v.optional(texts, []),
      }),
    ),
  }),
);
export type KeyPolicy = v.InferOutput<typeof KeyPolicy>;

export interface FoundKey {
  readonly metadata: Pick<KeyMetadata, "Enabled" | "KeyUsage" | "KeySpec">;
  readonly policy: KeyPolicy;
}

/** Log groups would be refused after minutes, and alarms would be lost without a word. */
export const key: Question = {
  about: "whether the key of the map may be used",
  async ask({ plan, aws }) {
    const { encryptionKey } = plan.controls;
    if (encryptionKey?.kind !== "adopt") return [];
    const client = aws.client(KMSClient);
    const KeyId = encryptionKey.arn;
    const { KeyMetadata: metadata } =
      (await orMissing(client.send(new DescribeKeyCommand({ KeyId })), "NotFoundException")) ?? {};
    if (metadata === undefined) return judgeKey(plan, KeyId, undefined);
    const { Policy } = await client.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
    return judgeKey(plan, KeyId, { metadata, policy: v.parse(KeyPolicy, Policy) });
  },
};

/** @param found `undefined`: there is no such key */
export function judgeKey(plan: StagePlan, arn: string, found: FoundKey | undefined): readonly Obstacle[] {
  const field = `stages.${plan.stage}.controls.encryptionKey`;
  const one = (evidence: string, remedy: string) => [{ evidence: `${field} = ${arn}: ${evidence}`, remedy }];
  if (found === undefined)
    return one("there is no such key.", 'Copy the ARN of one from `aws kms describe-key`, or write "create".');
  const { metadata, policy } = found;
  if (metadata.Enabled !== true)
    return one("the key is not enabled.", `aws kms enable-key --key-id ${arn}, or name another.`);
  if (metadata.KeyUsage !== "ENCRYPT_DECRYPT" || metadata.KeySpec !== "SYMMETRIC_DEFAULT")
    return one(`it is a ${metadata.KeySpec} key for ${metadata.KeyUsage}.`, "Name a symmetric key for encryption.");
  return usersOf(plan)
    .filter(([principal]) => !mayUse(policy, principal))
    .flatMap(([principal, loss]) =>
      one(
        `its policy does not let ${principal} use it, and ${loss}.`,
        'Add the statement that docs/aws.md has under "A key of your own".',
      ),
    );
}

/** Who has to be in the key's policy, and what fails without. */
function usersOf({ account, region, alarmTopic, chat }: StagePlan): readonly (readonly [string, string])[] {
  const ownTopics = alarmTopic.adoptedArn === undefined || chat !== undefined;
  return [
    [`arn:${partitionOf(region)}:iam::${account}:root`, "roles could not use it by their own policies"],
    [`logs.${region}.amazonaws.com`, "no log group could be made with it"],
    ...(ownTopics ? ([["cloudwatch.amazonaws.com", "alarms would be lost on their way to the topic"]] as const) : []),
  ];
}

function mayUse({ Statement }: KeyPolicy, principal: string): boolean {
  return Statement.some(
    ({ Effect, Principal, Action }) =>
      Effect === "Allow" &&
      (Principal === "*" ||
        Object.values(Principal ?? {})
          .flat()
          .includes(principal)) &&
      Action.some((action) => /^kms:(?:\*|GenerateDataKey\*?|Generate\*)$/.test(action)),
  );
}
