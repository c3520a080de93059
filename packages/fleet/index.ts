export type { AlarmPlan, RatePlans } from "./alarm-plan.ts";
export { defineFleet } from "./define.ts";
export {
  type AlarmName,
  alarmNames,
  type ChatDestination,
  type ChatMute,
  type FleetDefinition,
  type RateName,
  rateNames,
  type ServiceDefinition,
  type Severity,
  type StageDefinition,
  severities,
  weekdays,
} from "./definition.ts";
export { loadMapFrom, mapOf } from "./map-module.ts";
export { dashed, names } from "./names.ts";
export type {
  ChatPlan,
  ChatRoutePlan,
  ContainerPlan,
  MeasuredThresholds,
  NetworkPlan,
  OAuthPlan,
  PlanOptions,
  RotationPlan,
  SecretPlan,
  ServicePlan,
  StagePlan,
} from "./plan.ts";
export { FleetError, type Problem } from "./problem.ts";
export { partitionOf } from "./region.ts";
export { type RotationMap, rotationMapOf, type SecretEntry } from "./rotation-map.ts";
export { planStage, secretsIn } from "./stage-plan.ts";
export { nothingStands, placedIn, type Standing, type StandingService, type StandingSubnet } from "./standing.ts";
