import { AwsError } from "#endpoint/core/errors.ts";
import type { LogGroupSink } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import { extractMetrics } from "./embedded-metrics.ts";
import type { LogsPorts } from "./engine.ts";
import type { LogEvent } from "./log-group.ts";
import { createLogGroups } from "./log-groups.ts";
import { createMetricFilters } from "./metric-filters.ts";
import { operationsOf } from "./operations/index.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources.ts";

export interface Logs extends LogGroupSink {
  readonly service: AwsService;
  /** Calls back for every event that arrives in the group, also if the group is created later. */
  subscribe(group: string, listener: (event: LogEvent) => void): () => void;
}

/** CloudWatch Logs in memory: the newest 100,000 events of each group. */
export function createLogs({ place, clock, metrics, keys }: LogsPorts): Logs {
  const groups = createLogGroups(place, clock, ({ message }) => extractMetrics(message, metrics));
  const engine = { place, clock, groups, filters: createMetricFilters(groups, metrics, clock), keys };
  return {
    write: groups.write,
    hasGroup: groups.hasGroup,
    subscribe: groups.subscribe,
    service: {
      signingName: "logs",
      protocol: { kind: "json" },
      operations: operationsOf(engine),
      quotas,
      resources: resourcesOf(engine),
      ...accessOf(engine),
      malformed: ({ message }) => new AwsError("InvalidParameterException", message),
    },
  };
}
