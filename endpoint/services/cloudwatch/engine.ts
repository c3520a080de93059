import type { Clock } from "#endpoint/core/ports.ts";
import type { AlarmPorts, Alarms } from "./alarms.ts";
import type { Dashboards } from "./dashboards.ts";
import type { Metrics } from "./metrics.ts";

export type CloudWatchPorts = Omit<AlarmPorts, "metrics">;

export interface CloudWatchEngine {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly alarms: Alarms;
  readonly dashboards: Dashboards;
}
