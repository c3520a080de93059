import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { accountConcurrency, reserveConcurrency } from "../concurrency.ts";
import { integer } from "../configuration.ts";
import { describeEventInvokeConfig } from "../description.ts";
import type { LambdaEngine } from "../engine.ts";
import type { EventInvokeConfig, LambdaFunction } from "../functions.ts";
import { named } from "./functions.ts";

const destination = v.optional(v.object({ Destination: v.optional(v.string()) }));
export const eventInvokeConfig = v.object({
  MaximumRetryAttempts: v.optional(integer(0, 2)),
  MaximumEventAgeInSeconds: v.optional(integer(60, 21_600)),
  DestinationConfig: v.optional(v.object({ OnSuccess: destination, OnFailure: destination })),
});

export function eventInvokeConfigOf(input: v.InferOutput<typeof eventInvokeConfig>, now: number): EventInvokeConfig {
  const onSuccess = input.DestinationConfig?.OnSuccess?.Destination;
  const onFailure = input.DestinationConfig?.OnFailure?.Destination;
  return {
    lastModified: now,
    ...(input.MaximumRetryAttempts !== undefined && { maximumRetryAttempts: input.MaximumRetryAttempts }),
    ...(input.MaximumEventAgeInSeconds !== undefined && { maximumEventAgeInSeconds: input.MaximumEventAgeInSeconds }),
    ...(onSuccess && { onSuccess }),
    ...(onFailure && { onFailure }),
  };
}

export function scalingOperations({ functions, clock }: LambdaEngine): Operations {
  const configOf = (fn: LambdaFunction, qualifier: string) => {
    const config = fn.eventInvokeConfigs.get(qualifier);
    if (config !== undefined) return config;
    const message = `The function ${fn.arn}:${qualifier} doesn't have an EventInvokeConfig`;
    throw new AwsError("ResourceNotFoundException", message, 404);
  };
  const input = v.object({ ...named.entries, ...eventInvokeConfig.entries });
  return {
    PutFunctionConcurrency: define(
      v.object({ FunctionName: v.string(), ReservedConcurrentExecutions: integer(0, accountConcurrency) }),
      ({ FunctionName, ReservedConcurrentExecutions }) => {
        reserveConcurrency(functions, functions.resolve(FunctionName).fn, ReservedConcurrentExecutions);
        return { ReservedConcurrentExecutions };
      },
    ),
    GetFunctionConcurrency: define(named, ({ FunctionName }) => ({
      ReservedConcurrentExecutions: functions.resolve(FunctionName).fn.reservedConcurrency,
    })),
    DeleteFunctionConcurrency: define(named, ({ FunctionName }) => {
      functions.resolve(FunctionName).fn.reservedConcurrency = undefined;
      return {};
    }),
    PutFunctionEventInvokeConfig: define(input, ({ FunctionName, Qualifier = "$LATEST", ...config }) => {
      const { fn } = functions.resolve(FunctionName, Qualifier);
      const stored = eventInvokeConfigOf(config, clock.now());
      fn.eventInvokeConfigs.set(Qualifier, stored);
      return describeEventInvokeConfig(fn, Qualifier, stored);
    }),
    UpdateFunctionEventInvokeConfig: define(input, ({ FunctionName, Qualifier = "$LATEST", ...config }) => {
      const { fn } = functions.resolve(FunctionName, Qualifier);
      const stored = { ...configOf(fn, Qualifier), ...eventInvokeConfigOf(config, clock.now()) };
      fn.eventInvokeConfigs.set(Qualifier, stored);
      return describeEventInvokeConfig(fn, Qualifier, stored);
    }),
    GetFunctionEventInvokeConfig: define(named, ({ FunctionName, Qualifier = "$LATEST" }) => {
      const { fn } = functions.resolve(FunctionName, Qualifier);
      return describeEventInvokeConfig(fn, Qualifier, configOf(fn, Qualifier));
    }),
    DeleteFunctionEventInvokeConfig: define(named, ({ FunctionName, Qualifier = "$LATEST" }) => {
      const { fn } = functions.resolve(FunctionName, Qualifier);
      configOf(fn, Qualifier);
      fn.eventInvokeConfigs.delete(Qualifier);
      return {};
    }),
    GetAccountSettings: () => {
      const all = functions.list();
      const reserved = all.reduce((sum, fn) => sum + (fn.reservedConcurrency ?? 0), 0);
      return {
        AccountLimit: {
          TotalCodeSize: 80_530_636_800,
          CodeSizeUnzipped: 262_144_000,
          CodeSizeZipped: 52_428_800,
          ConcurrentExecutions: accountConcurrency,
          UnreservedConcurrentExecutions: accountConcurrency - reserved,
        },
        AccountUsage: {
          TotalCodeSize: all.reduce((sum, fn) => sum + fn.latest.code.size, 0),
          FunctionCount: all.length,
        },
      };
    },
  };
}
