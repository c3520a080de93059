import type { SecretPlan, StagePlan } from "#fleet";
import { columns, fold } from "../table.ts";

/** The services that roll when the current version of a secret changes; one with no tasks does not. */
export function rolledBy({ services }: StagePlan, { usedBy }: SecretPlan): readonly string[] {
  return services.filter(({ key, desiredCount }) => usedBy.includes(key) && desiredCount > 0).map(({ key }) => key);
}

/** What a new current version leads to, in lines. */
export function rollText(plan: StagePlan, secret: SecretPlan): readonly string[] {
  const rolled = rolledBy(plan, secret);
  if (rolled.length === 0) return ["No running service uses it: nothing rolls."];
  const roll = rolled.length === 1 ? "rolls" : "roll";
  return fold(
    `${rolled.join(", ")} ${roll} automatically in the next minutes: fleet status shows the progress.`,
    columns,
  );
}
