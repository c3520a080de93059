import type { SecretPlan, StagePlan } from "#fleet";
import { columns, fold } from "../table.ts";

/** The services that are rolled when the current version of a secret changes; one at zero has nothing to roll. */
export function rolledBy({ services }: StagePlan, { usedBy }: SecretPlan): readonly string[] {
  return services.filter(({ key, desiredCount }) => usedBy.includes(key) && desiredCount > 0).map(({ key }) => key);
}

/** What follows from a new current version, in lines. */
export function rollText(plan: StagePlan, secret: SecretPlan): readonly string[] {
  const rolled = rolledBy(plan, secret);
  if (rolled.length === 0) return ["No running service reads it: nothing rolls."];
  const roll = rolled.length === 1 ? "rolls by itself" : "roll by themselves";
  return fold(`${rolled.join(", ")} ${roll} in the next minutes: fleet status shows how far it is.`, columns);
}
