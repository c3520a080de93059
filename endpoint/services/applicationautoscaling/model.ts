import * as v from "valibot";
import { flag, numeric } from "#endpoint/core/properties.ts";
import type { Schedule } from "#endpoint/services/events/schedule.ts";

const count = v.pipe(numeric, v.integer(), v.minValue(0));

/** What it scales, and what is refused here: tables, streams and fleets are scaled on AWS alone. */
export const scalable = {
  ServiceNamespace: v.picklist(["ecs"], "a namespace other than ecs is not emulated by the local endpoint"),
  ResourceId: v.pipe(v.string(), v.regex(/^service\/[^/]+\/[^/]+$/, "must be service/<cluster>/<service>")),
  ScalableDimension: v.picklist(["ecs:service:DesiredCount"]),
};

export const bounds = { MinCapacity: v.optional(count), MaxCapacity: v.optional(count) };

export const scheduledAction = v.object({
  ScheduledActionName: v.string(),
  Schedule: v.string(),
  Timezone: v.optional(v.string(), "UTC"),
  ScalableTargetAction: v.object(bounds),
});
export type ScheduledActionInput = v.InferOutput<typeof scheduledAction>;

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html */
export const tracking = v.object({
  TargetValue: v.pipe(numeric, v.gtValue(0)),
  PredefinedMetricSpecification: v.object(
    {
      PredefinedMetricType: v.picklist([
        "ALBRequestCountPerTarget",
        "ECSServiceAverageCPUUtilization",
        "ECSServiceAverageMemoryUtilization",
      ]),
      ResourceLabel: v.optional(v.string()),
    },
    "a customized metric is not emulated by the local endpoint",
  ),
  ScaleInCooldown: v.optional(numeric, 300),
  ScaleOutCooldown: v.optional(numeric, 300),
  DisableScaleIn: v.optional(flag, false),
});
export type Tracking = v.InferOutput<typeof tracking>;

export interface Policy {
  readonly name: string;
  readonly arn: string;
  readonly tracking: Tracking;
  readonly alarms: { readonly high: string; readonly low: string };
  readonly createdAt: number;
  /** When it last scaled, out or in. */
  readonly scaled: { out: number; in: number };
}

export interface ScheduledAction {
  readonly name: string;
  readonly arn: string;
  readonly input: ScheduledActionInput;
  readonly schedule: Schedule;
  readonly createdAt: number;
  due: number | undefined;
}

/** A service that is scaled. */
export interface ScalableTarget {
  readonly resourceId: string;
  readonly createdAt: number;
  min: number;
  max: number;
  readonly policies: Map<string, Policy>;
  readonly actions: Map<string, ScheduledAction>;
}
