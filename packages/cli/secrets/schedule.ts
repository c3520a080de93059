import type { DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import type { SecretPlan } from "#fleet";

const day = 86_400_000;

/** `due`: the date that Secrets Manager named passed more than a day ago. `old`: none is named, and it did not rotate. */
export type Overdue =
  | { readonly kind: "off"; readonly everyDays: number }
  | { readonly kind: "due"; readonly forMs: number }
  | { readonly kind: "old"; readonly everyDays: number; readonly ageMs: number };

export type Schedule = Pick<
  DescribeSecretCommandOutput,
  "RotationEnabled" | "NextRotationDate" | "LastRotatedDate" | "CreatedDate"
>;

/**
 * Secrets Manager rotates within a day of the date it names, and stays silent when it did not.
 *
 * @param now milliseconds since the epoch
 * @returns `undefined` for a secret that is on time, or that the map does not rotate
 */
export function findOverdue({ rotation }: SecretPlan, described: Schedule, now: number): Overdue | undefined {
  if (!("everyDays" in rotation)) return undefined;
  const { everyDays } = rotation;
  if (described.RotationEnabled !== true) return { kind: "off", everyDays };
  const forMs = now - (described.NextRotationDate?.getTime() ?? now);
  if (forMs > day) return { kind: "due", forMs };
  const ageMs = now - ((described.LastRotatedDate ?? described.CreatedDate)?.getTime() ?? now);
  return ageMs > (everyDays + 2) * day ? { kind: "old", everyDays, ageMs } : undefined;
}
