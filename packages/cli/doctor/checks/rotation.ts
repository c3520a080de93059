import type { DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import type { SecretPlan } from "#fleet";
import { formatDuration } from "../../duration.ts";
import { describeSecret } from "../../secrets/read.ts";
import { type Check, type Finding, failure, warning } from "../check.ts";

const day = 86_400_000;

/** Secrets Manager rotates within a day of the date it names, and stays silent when it did not. */
export const rotation: Check = {
  id: "rotation",
  ok: "Every secret that the map rotates is rotated on time.",
  async look({ stage, now }) {
    const rotated = stage.plan.secrets.filter((secret) => everyDays(secret) !== undefined);
    const findings = await Promise.all(
      rotated.map(async (secret) => {
        const described = await describeSecret(stage, secret);
        return described === undefined ? [] : judgeRotation(secret, described, now(), stage.plan.stage);
      }),
    );
    return findings.flat();
  },
};

function everyDays({ rotation: plan }: SecretPlan): number | undefined {
  return "everyDays" in plan ? plan.everyDays : undefined;
}

/** @param now milliseconds since the epoch */
export function judgeRotation(
  secret: SecretPlan,
  described: Pick<
    DescribeSecretCommandOutput,
    "RotationEnabled" | "NextRotationDate" | "LastRotatedDate" | "CreatedDate"
  >,
  now: number,
  stage: string,
): readonly Finding[] {
  const days = everyDays(secret);
  if (days === undefined) return [];
  if (described.RotationEnabled !== true)
    return [
      failure(
        `${secret.name} rotates every ${days} days according to the map, but its rotation is off.`,
        `npx sst deploy --stage ${stage}`,
      ),
    ];
  const due = described.NextRotationDate?.getTime();
  const remedy = `fleet secrets rotate ${secret.key} --wait; the log of the function rotate-secret shows why it did not`;
  if (due !== undefined && now - due > day)
    return [failure(`${secret.name} was due ${formatDuration(now - due)} ago and has not rotated.`, remedy)];
  const last = (described.LastRotatedDate ?? described.CreatedDate)?.getTime();
  if (last !== undefined && now - last > (days + 2) * day)
    return [
      warning(`${secret.name} last rotated ${formatDuration(now - last)} ago; the map wants ${days} days.`, remedy),
    ];
  return [];
}
