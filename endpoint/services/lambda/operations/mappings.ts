import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "../engine.ts";
import { describeMapping, mappingChange, newMapping } from "../mappings.ts";

const identified = v.object({ UUID: v.string() });

export function mappingOperations({ functions, mappings, poller }: LambdaEngine): Operations {
  return {
    CreateEventSourceMapping: define(newMapping, (settings) => {
      const mapping = mappings.create(settings, functions.resolve(settings.FunctionName).version.arn);
      poller.refresh(mapping.uuid);
      return describeMapping(mapping, "Creating");
    }),
    GetEventSourceMapping: define(identified, ({ UUID }) => describeMapping(mappings.get(UUID))),
    UpdateEventSourceMapping: define(
      v.object({ ...identified.entries, ...mappingChange.entries }),
      ({ UUID, ...change }) => {
        const target =
          change.FunctionName === undefined ? undefined : functions.resolve(change.FunctionName).version.arn;
        const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        const mapping = mappings.change(UUID, named, target);
        poller.refresh(UUID);
        return describeMapping(mapping, "Updating");
      },
    ),
    DeleteEventSourceMapping: define(identified, ({ UUID }) => {
      const mapping = mappings.delete(UUID);
      poller.refresh(UUID);
      return describeMapping(mapping, "Deleting");
    }),
    ListEventSourceMappings: define(
      v.object({ FunctionName: v.optional(v.string()), EventSourceArn: v.optional(v.string()) }),
      ({ FunctionName, EventSourceArn }) => {
        const functionArn = FunctionName === undefined ? undefined : functions.resolve(FunctionName).version.arn;
        const chosen = mappings
          .list()
          .filter((one) => functionArn === undefined || one.functionArn === functionArn)
          .filter((one) => EventSourceArn === undefined || one.settings.EventSourceArn === EventSourceArn);
        return { EventSourceMappings: chosen.map((one) => describeMapping(one)) };
      },
    ),
  };
}
