import type { Clock } from "#local/endpoint/ports.ts";
import type { Router } from "./router.ts";
import type { RuleBook } from "./rules.ts";
import type { Timetable } from "./timetable.ts";

/** The parts that the API and the CloudFormation types share. */
export interface EventsEngine {
  readonly clock: Clock;
  readonly book: RuleBook;
  readonly router: Router;
  readonly timetable: Timetable;
  /** By ARN. */
  readonly tags: Map<string, ReadonlyMap<string, string>>;
}
