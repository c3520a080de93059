import type { Clock } from "#endpoint/core/ports.ts";
import type { Activities } from "./activities.ts";
import type { ScalableTargets, ScalingPorts } from "./scalable-targets.ts";

export type ApplicationAutoScalingPorts = ScalingPorts;

export interface ApplicationAutoScalingEngine {
  readonly targets: ScalableTargets;
  readonly activities: Activities;
  readonly clock: Clock;
}
