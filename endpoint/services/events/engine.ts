import type { Clock, Place } from "#endpoint/core/ports.ts";
import type { TargetPorts } from "./delivery.ts";
import type { Router } from "./router.ts";
import type { Rules } from "./rules.ts";
import type { Timetable } from "./timetable.ts";

export interface EventsPorts extends Omit<TargetPorts, "forward"> {
  readonly place: Place;
  /**
   * Whether the account has a CloudTrail trail: without one, what comes by way of CloudTrail does not come.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
   */
  readonly trail?: boolean | undefined;
}

export interface EventsEngine {
  readonly place: Place;
  readonly clock: Clock;
  readonly rules: Rules;
  readonly router: Router;
  readonly timetable: Timetable;
  /** By ARN. */
  readonly tags: Map<string, ReadonlyMap<string, string>>;
}
