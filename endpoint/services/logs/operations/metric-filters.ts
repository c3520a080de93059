import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { LogsEngine } from "../engine.ts";
import { metricFilterSchema } from "../metric-filters.ts";
import { page, pageSchema } from "../page.ts";

export function metricFilterOperations({ groups, filters }: LogsEngine): Operations {
  return {
    PutMetricFilter: define(metricFilterSchema, (input) => {
      groups.get(input.logGroupName);
      filters.put(input);
      return {};
    }),
    DeleteMetricFilter: define(v.object({ logGroupName: v.string(), filterName: v.string() }), (input) => {
      if (!filters.delete(input.logGroupName, input.filterName))
        throw new AwsError("ResourceNotFoundException", "The specified metric filter does not exist.");
      return {};
    }),
    DescribeMetricFilters: define(
      v.object({ ...pageSchema, logGroupName: v.optional(v.string()), filterNamePrefix: v.optional(v.string(), "") }),
      (input) => {
        const matching = filters
          .list()
          .filter(({ logGroupName }) => input.logGroupName === undefined || logGroupName === input.logGroupName)
          .filter(({ filterName }) => filterName.startsWith(input.filterNamePrefix));
        const { items, ...more } = page(matching, input);
        return { metricFilters: items, ...more };
      },
    ),
  };
}
