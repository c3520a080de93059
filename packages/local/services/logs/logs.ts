import type { Clock, LogSink, MetricSink, Place } from "#local/endpoint/ports.ts";
import type { AwsService } from "#local/endpoint/service.ts";
import { resourceOf } from "./access.ts";
import type { LogEvent } from "./log-group.ts";
import { createLogGroups } from "./log-groups.ts";
import { createMetricFilters } from "./metric-filters.ts";
import { eventOperations } from "./operations/events.ts";
import { groupOperations } from "./operations/groups.ts";
import { metricFilterOperations } from "./operations/metric-filters.ts";
import { resourcesOf } from "./resources.ts";

export type { LogEvent } from "./log-group.ts";

export interface Logs extends LogSink {
  readonly service: AwsService;
  /** Calls back for every event that arrives in the group, also if the group is created later. */
  subscribe(group: string, listener: (event: LogEvent) => void): () => void;
}

export interface LogsPorts {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Clock;
  readonly metrics: MetricSink;
}

/** CloudWatch Logs in memory: the newest 10,000 events of each group. */
export function createLogs({ place, clock, metrics }: LogsPorts): Logs {
  const groups = createLogGroups(place, clock);
  const filters = createMetricFilters(groups, metrics, clock);
  return {
    write: groups.write,
    subscribe: groups.subscribe,
    service: {
      signingName: "logs",
      protocol: { kind: "json" },
      operations: {
        ...groupOperations(groups),
        ...eventOperations(groups),
        ...metricFilterOperations(groups, filters),
      },
      resources: resourcesOf(groups, filters),
      resourceOf: (_operation, input) => resourceOf(place, input),
    },
  };
}
