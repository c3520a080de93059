import type { Clock, KeyPolicies, MetricSink, Place } from "#endpoint/core/ports.ts";
import type { LogGroups } from "./log-groups.ts";
import type { MetricFilters } from "./metric-filters.ts";

export interface LogsPorts {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Clock;
  readonly metrics: MetricSink;
  /** Without it, any key will do. */
  readonly keys?: Pick<KeyPolicies, "letsService">;
}

export interface LogsEngine {
  readonly place: LogsPorts["place"];
  readonly clock: Clock;
  readonly groups: LogGroups;
  readonly filters: MetricFilters;
  readonly keys: LogsPorts["keys"];
}
