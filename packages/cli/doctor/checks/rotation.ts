import type { SecretPlan } from "#fleet";
import { howToDeploy, type Place } from "#fleet/deploying.ts";
import { formatDuration } from "../../duration.ts";
import { findOverdue, type Schedule } from "../../secrets/schedule.ts";
import { type Check, type Finding, failure, warning } from "../check.ts";

export const rotation: Check = {
  id: "rotation",
  ok: "Every secret that the map rotates is rotated on time.",
  look: async ({ stage, secrets, now }) =>
    [...(await secrets).values()].flatMap(({ plan, described }) =>
      // `placeholders` reports one that is scheduled for deletion.
      described.DeletedDate === undefined ? judgeRotation(plan, described, now(), stage.plan) : [],
    ),
};

/** @param now milliseconds since the epoch */
export function judgeRotation(secret: SecretPlan, described: Schedule, now: number, plan: Place): readonly Finding[] {
  const overdue = findOverdue(secret, described, now);
  const remedy = `fleet secrets rotate ${secret.key} --wait; the log of the function rotate-secret shows why it did not`;
  switch (overdue?.kind) {
    case undefined:
      return [];
    case "off":
      return [
        failure(
          `${secret.name} rotates every ${overdue.everyDays} days according to the map, but its rotation is off.`,
          howToDeploy(plan),
        ),
      ];
    case "due":
      return [failure(`${secret.name} was due ${formatDuration(overdue.forMs)} ago and has not rotated.`, remedy)];
    case "old":
      return [
        warning(
          `${secret.name} last rotated ${formatDuration(overdue.ageMs)} ago; the map wants ${overdue.everyDays} days.`,
          remedy,
        ),
      ];
  }
}
