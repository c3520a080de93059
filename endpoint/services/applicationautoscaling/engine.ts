import type { AlarmKeeper, Clock, Place, ScalableServices } from "#endpoint/core/ports.ts";
import type { Activities } from "./activities.ts";
import type { ScalableTargets } from "./scalable-targets.ts";

export interface ApplicationAutoScalingPorts {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Clock;
  readonly alarms: AlarmKeeper;
  readonly services: ScalableServices;
  /** Seconds of a period of the alarms that track targets: 60 on AWS. */
  readonly periodSeconds: number;
}

export interface ApplicationAutoScalingEngine {
  readonly targets: ScalableTargets;
  readonly activities: Activities;
  readonly clock: Clock;
}
