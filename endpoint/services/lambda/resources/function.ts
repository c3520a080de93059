import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import { codeSource } from "../code.ts";
import { reserveConcurrency } from "../concurrency.ts";
import { functionName, integer, newConfiguration } from "../configuration.ts";
import { changeFunction, deleteFunction, type LambdaEngine } from "../engine.ts";
import type { LambdaFunction } from "../functions.ts";

const properties = v.object({
  FunctionName: v.optional(functionName),
  Code: v.unknown(),
  ReservedConcurrentExecutions: v.optional(integer(0, 1_000)),
  Tags: v.optional(tagList),
  ...newConfiguration.entries,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
export function functionResource(engine: LambdaEngine): ResourceProvider {
  const { functions, code } = engine;
  const state = (fn: LambdaFunction): ResourceState => ({ physicalId: fn.name, attributes: { Arn: fn.arn } });
  return {
    replaceOn: ["FunctionName", "PackageType"],
    async create(given, context) {
      const { FunctionName, Code, ReservedConcurrentExecutions, Tags, ...configuration } = parseProperties(
        properties,
        given,
        context,
      );
      const unpacked = await code.unpack(codeSource(Code, "text"));
      const name = FunctionName ?? physicalName(context, 64);
      const fn = functions.create(name, configuration, unpacked, tagsOf(Tags, context));
      context.initiated?.(state(fn));
      reserveConcurrency(functions, fn, ReservedConcurrentExecutions);
      return state(fn);
    },
    async update(current, given, _previous, context) {
      const {
        Code,
        ReservedConcurrentExecutions,
        Tags,
        FunctionName: _,
        ...configuration
      } = parseProperties(properties, given, context);
      const { fn } = functions.resolve(current.physicalId);
      const unpacked = await code.unpack(codeSource(Code, "text"));
      changeFunction(engine, fn, { configuration, code: unpacked });
      reserveConcurrency(functions, fn, ReservedConcurrentExecutions);
      fn.tags.clear();
      for (const [key, value] of Object.entries(tagsOf(Tags, context))) fn.tags.set(key, value);
      return state(fn);
    },
    async delete(current) {
      const fn = whereFound(() => functions.resolve(current.physicalId).fn);
      if (fn !== undefined) deleteFunction(engine, fn);
    },
  };
}

/** What a deletion does not find is deleted already. */
export function whereFound<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
    throw error;
  }
}
