import type { Clock, Place } from "#local/endpoint/ports.ts";
import type { AsynchronousInvoker } from "./asynchronous.ts";
import type { CodePackage, CodeStore } from "./code.ts";
import type { Configuration, ConfigurationChange } from "./configuration.ts";
import type { Executor } from "./executor.ts";
import type { FunctionRegistry, FunctionVersion, LambdaFunction } from "./functions.ts";
import type { MappingRegistry } from "./mapping.ts";
import type { Poller } from "./poller.ts";

/** The parts that the API and the CloudFormation types share. */
export interface LambdaEngine {
  readonly place: Place;
  readonly clock: Clock;
  readonly functions: FunctionRegistry;
  readonly code: CodeStore;
  readonly executor: Executor;
  readonly asynchronous: AsynchronousInvoker;
  readonly mappings: MappingRegistry;
  readonly poller: Poller;
}

/** Every change takes effect with the next event: environments of the former revision take no more. */
export function changeFunction(
  engine: LambdaEngine,
  fn: LambdaFunction,
  change: { configuration?: Configuration; code?: CodePackage },
): FunctionVersion {
  const version = engine.functions.change(fn, change);
  engine.executor.retire(fn.name);
  return version;
}

export function merge(current: Configuration, change: ConfigurationChange): Configuration {
  const named = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...current, ...Object.fromEntries(named) };
}

export function deleteFunction(engine: LambdaEngine, fn: LambdaFunction): void {
  engine.functions.delete(fn);
  engine.executor.retire(fn.name);
}
