import type { Operations } from "#endpoint/core/service.ts";
import type { CloudWatchEngine } from "../engine.ts";
import { alarmOperations } from "./alarms.ts";
import { dashboardOperations } from "./dashboards.ts";
import { metricOperations } from "./metrics.ts";

export function operationsOf(engine: CloudWatchEngine): Operations {
  return { ...metricOperations(engine), ...alarmOperations(engine), ...dashboardOperations(engine) };
}
