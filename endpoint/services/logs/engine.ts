import type { Clock, MetricSink, Place } from "#endpoint/core/ports.ts";
import type { LogGroups } from "./log-groups.ts";
import type { MetricFilters } from "./metric-filters.ts";

export interface LogsPorts {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Clock;
  readonly metrics: MetricSink;
}

export interface LogsEngine {
  readonly place: LogsPorts["place"];
  readonly clock: Clock;
  readonly groups: LogGroups;
  readonly filters: MetricFilters;
}
