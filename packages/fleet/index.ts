import * as v from "valibot";
import { check } from "./checks/index.ts";
import type { FleetDefinition } from "./definition.ts";
import { problemsOf } from "./expectation.ts";
import { FleetError } from "./problem.ts";
import { Fleet } from "./schema/fleet.ts";

export {
  type AlarmName,
  alarmNames,
  type ChatDestination,
  type ChatMute,
  type FleetDefinition,
  type ServiceDefinition,
  type Severity,
  type StageDefinition,
  severities,
  weekdays,
} from "./definition.ts";
export { dashed, names } from "./names.ts";
export type {
  AlarmPlan,
  ChatPlan,
  ChatRoutePlan,
  MeasuredThresholds,
  PlanOptions,
  RotationPlan,
  SecretPlan,
  ServicePlan,
  StagePlan,
} from "./plan.ts";
export { FleetError, type Problem } from "./problem.ts";
export { type RotationMap, rotationMapOf, type SecretEntry } from "./rotation-map.ts";
export { planStage } from "./stage-plan.ts";

/**
 * Checks a map and returns it. Throws `FleetError`, which lists every problem with field, value, what is allowed and
 * the remedy, before anything is built or deployed.
 */
export function defineFleet<const SecretName extends string, const StageName extends string>(
  definition: FleetDefinition<SecretName, StageName>,
): FleetDefinition {
  const parsed = v.safeParse(Fleet, definition);
  const problems = parsed.success ? check(definition) : problemsOf(parsed.issues);
  if (problems.length > 0) throw new FleetError(problems);
  return definition;
}
