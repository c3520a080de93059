import * as v from "valibot";
import type { Clock, MetricSink } from "#endpoint/core/ports.ts";
import { numeric } from "#endpoint/core/properties.ts";
import { fieldOf, parseJson } from "./filter/json-field.ts";
import { parseFilterPattern } from "./filter/pattern.ts";
import type { LogGroups } from "./log-groups.ts";

export const metricFilterSchema = v.object({
  filterName: v.string(),
  logGroupName: v.string(),
  filterPattern: v.string(),
  metricTransformations: v.pipe(
    v.array(
      v.object({
        metricName: v.string(),
        metricNamespace: v.string(),
        metricValue: v.string(),
        defaultValue: v.optional(numeric),
        unit: v.optional(v.string()),
      }),
    ),
    v.length(1),
  ),
});
export type MetricFilter = v.InferOutput<typeof metricFilterSchema>;

/** As `DescribeMetricFilters` has it. */
export interface DescribedFilter extends MetricFilter {
  readonly creationTime: number;
  readonly applyOnTransformedLogs: false;
}

/** Turns matching log events into metrics, as they arrive. */
export interface MetricFilters {
  put(filter: MetricFilter): void;
  delete(logGroupName: string, filterName: string): boolean;
  list(): readonly DescribedFilter[];
}

export function createMetricFilters(groups: LogGroups, metrics: MetricSink, clock: Clock): MetricFilters {
  const filters = new Map<string, { readonly filter: DescribedFilter; readonly end: () => void }>();
  const keyOf = (group: string, name: string) => `${group}\n${name}`;

  const remove = (logGroupName: string, filterName: string): boolean => {
    const key = keyOf(logGroupName, filterName);
    filters.get(key)?.end();
    return filters.delete(key);
  };

  return {
    put(filter) {
      const matches = parseFilterPattern(filter.filterPattern);
      remove(filter.logGroupName, filter.filterName);
      const end = groups.subscribe(filter.logGroupName, ({ message }) => {
        if (matches(message)) report(filter, message, metrics, clock.now());
      });
      const described = { ...filter, creationTime: clock.now(), applyOnTransformedLogs: false } as const;
      filters.set(keyOf(filter.logGroupName, filter.filterName), { filter: described, end });
    },
    delete: remove,
    list: () => [...filters.values()].map(({ filter }) => filter),
  };
}

function report(filter: MetricFilter, message: string, metrics: MetricSink, at: number): void {
  for (const { metricName, metricNamespace, metricValue, unit } of filter.metricTransformations) {
    const value = Number(metricValue.startsWith("$") ? fieldOf(parseJson(message), metricValue)[0] : metricValue);
    if (!Number.isFinite(value)) continue;
    const datum = { namespace: metricNamespace, metric: metricName, dimensions: {}, value, at };
    metrics.put(unit === undefined ? datum : { ...datum, unit });
  }
}
