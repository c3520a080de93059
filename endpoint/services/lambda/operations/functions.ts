import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";
import { codeSource } from "../code.ts";
import { configurationChange, functionName, newConfiguration, tags } from "../configuration.ts";
import { describeVersion } from "../description.ts";
import { changeFunction, deleteFunction, type LambdaEngine, merge } from "../engine.ts";
import { parseFunctionName } from "../functions.ts";

export const named = v.object({ FunctionName: v.string(), Qualifier: v.optional(v.string()) });

const creation = v.object({
  FunctionName: v.string(),
  Code: v.unknown(),
  Publish: v.optional(v.boolean(), false),
  Tags: v.optional(tags, {}),
  ...newConfiguration.entries,
});

const codeUpdate = v.looseObject({
  FunctionName: v.string(),
  Publish: v.optional(v.boolean(), false),
  DryRun: v.optional(v.boolean(), false),
});

export function functionOperations(engine: LambdaEngine): Operations {
  const { functions, code } = engine;
  return {
    CreateFunction: define(creation, async ({ FunctionName, Code, Publish, Tags, ...configuration }) => {
      const { name } = parseFunctionName(FunctionName);
      const unpacked = await code.unpack(codeSource(Code, "base64"));
      const fn = functions.create(v.parse(functionName, name), configuration, unpacked, Tags);
      return describeVersion(Publish ? functions.publish(fn) : fn.latest);
    }),
    GetFunction: define(named, ({ FunctionName, Qualifier }) => {
      const { fn, version, qualifier } = functions.resolve(FunctionName, Qualifier);
      return {
        Configuration: describeVersion(version, qualifier),
        Code: { RepositoryType: "S3", Location: `file://${version.code.folder}` },
        ...(fn.tags.size > 0 && { Tags: Object.fromEntries(fn.tags) }),
        ...(fn.reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: fn.reservedConcurrency },
        }),
      };
    }),
    GetFunctionConfiguration: define(named, ({ FunctionName, Qualifier }) => {
      const { version, qualifier } = functions.resolve(FunctionName, Qualifier);
      return describeVersion(version, qualifier);
    }),
    UpdateFunctionCode: define(codeUpdate, async ({ FunctionName, Publish, DryRun, ...source }) => {
      const { fn } = functions.resolve(FunctionName);
      const unpacked = await code.unpack(codeSource(source, "base64"));
      if (DryRun) return describeVersion({ ...fn.latest, code: unpacked });
      const latest = changeFunction(engine, fn, { code: unpacked });
      return describeVersion(Publish ? functions.publish(fn) : latest);
    }),
    UpdateFunctionConfiguration: define(
      v.object({ FunctionName: v.string(), ...configurationChange.entries }),
      ({ FunctionName, ...change }) => {
        const { fn } = functions.resolve(FunctionName);
        return describeVersion(changeFunction(engine, fn, { configuration: merge(fn.latest.configuration, change) }));
      },
    ),
    DeleteFunction: define(named, ({ FunctionName, Qualifier }) => {
      const { fn, qualifier } = functions.resolve(FunctionName, Qualifier);
      if (qualifier === undefined) deleteFunction(engine, fn);
      else fn.versions.delete(qualifier);
      return {};
    }),
    ListFunctions: () => ({ Functions: functions.list().map((fn) => describeVersion(fn.latest)) }),
  };
}
