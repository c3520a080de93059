import type {
  Authorizer,
  Clock,
  CredentialIssuer,
  EventBus,
  LogGroupSink,
  MetricSink,
  ObjectReader,
  Place,
  ProcessSupervisor,
  QueueClient,
  TopicPublisher,
} from "#endpoint/core/ports.ts";
import type { AsynchronousInvoker } from "./asynchronous.ts";
import type { CodePackage, CodePackages } from "./code.ts";
import type { Configuration, ConfigurationChange } from "./configuration.ts";
import type { Executor } from "./executor.ts";
import type { Functions, FunctionVersion, LambdaFunction } from "./functions.ts";
import type { Mappings } from "./mappings.ts";
import type { Poller } from "./poller.ts";
import type { FunctionUrls } from "./urls.ts";

export interface LambdaPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly supervisor: ProcessSupervisor;
  readonly logs: LogGroupSink;
  readonly authorizer: Authorizer;
  readonly metrics: MetricSink;
  readonly objects: ObjectReader;
  readonly credentials: CredentialIssuer;
  readonly queues: QueueClient;
  readonly topics: TopicPublisher;
  readonly events: EventBus;
  /** Where deployment packages are unpacked. */
  readonly codeFolder: string;
  /** Variables every function gets besides its own, such as `NODE_EXTRA_CA_CERTS`. */
  readonly extraEnvironment?: Readonly<Record<string, string>>;
}

export interface LambdaEngine {
  readonly place: Place;
  readonly clock: Clock;
  readonly functions: Functions;
  readonly code: CodePackages;
  readonly executor: Executor;
  readonly asynchronous: AsynchronousInvoker;
  readonly mappings: Mappings;
  readonly poller: Poller;
  readonly urls: FunctionUrls;
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
  void engine.urls.delete(fn);
  engine.executor.retire(fn.name);
}
