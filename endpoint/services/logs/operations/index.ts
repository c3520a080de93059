import type { Operations } from "#endpoint/core/service.ts";
import type { LogsEngine } from "../engine.ts";
import { eventOperations } from "./events.ts";
import { groupOperations } from "./groups.ts";
import { metricFilterOperations } from "./metric-filters.ts";

export function operationsOf(engine: LogsEngine): Operations {
  return { ...groupOperations(engine), ...eventOperations(engine), ...metricFilterOperations(engine) };
}
