import * as v from "valibot";
import type {
  AsyncInvoker,
  Clock,
  CredentialIssuer,
  EventBus,
  FunctionInvoker,
  InvokePermissions,
  LogSink,
  MetricSink,
  ObjectReader,
  Place,
  ProcessSupervisor,
  QueueClient,
  TopicPublisher,
} from "#local/endpoint/ports.ts";
import type { AwsService } from "#local/endpoint/service.ts";
import { createAsynchronousInvoker } from "./asynchronous.ts";
import { createCodeStore } from "./code.ts";
import type { LambdaEngine } from "./engine.ts";
import { createExecutor } from "./executor.ts";
import { createFunctionRegistry, parseFunctionName } from "./functions.ts";
import { createMappingRegistry } from "./mapping.ts";
import { functionOperations } from "./operations/functions.ts";
import { invokeOperation } from "./operations/invoke.ts";
import { mappingOperations } from "./operations/mappings.ts";
import { policyOperations } from "./operations/policy.ts";
import { scalingOperations } from "./operations/scaling.ts";
import { versionOperations } from "./operations/versions.ts";
import { permits } from "./permission.ts";
import { createPoller } from "./poller.ts";
import {
  aliasResource,
  eventInvokeConfigResource,
  permissionResource,
  versionResource,
} from "./resources/companions.ts";
import { functionResource } from "./resources/function.ts";
import { mappingResource } from "./resources/mapping.ts";
import { layerVersionResource, urlResource } from "./resources/records.ts";
import { routes } from "./routes.ts";
import { functionVariables } from "./variables.ts";

export interface LambdaPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly supervisor: ProcessSupervisor;
  readonly logs: LogSink;
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

/** Lambda: functions of the Node.js runtimes, each in processes of its own behind the real Runtime API. */
export interface Lambda {
  readonly service: AwsService;
  readonly functions: FunctionInvoker & AsyncInvoker & InvokePermissions;
  stop(): Promise<void>;
}

export function createLambda(ports: LambdaPorts): Lambda {
  const { place, clock, extraEnvironment = {} } = ports;
  const now = () => clock.now();
  const functions = createFunctionRegistry(place, now);
  const mappings = createMappingRegistry(`arn:aws:lambda:${place.region}:${place.account}`, now);
  const variables = { place, credentials: ports.credentials, extraEnvironment };
  const executor = createExecutor({ ...ports, variables: (...of) => functionVariables(variables, ...of) });
  const asynchronous = createAsynchronousInvoker({ ...ports, functions, executor });
  const poller = createPoller({ ...ports, functions, executor, mappings, region: place.region });
  const code = createCodeStore(ports.codeFolder, ports.objects);
  const engine: LambdaEngine = { place, clock, functions, code, executor, asynchronous, mappings, poller };

  const stop = async () => {
    asynchronous.stop();
    await Promise.all([poller.stop(), executor.stop()]);
  };
  return {
    service: {
      signingName: "lambda",
      protocol: { kind: "rest-json", routes },
      operations: {
        ...functionOperations(engine),
        ...versionOperations(engine),
        ...policyOperations(engine),
        ...scalingOperations(engine),
        ...mappingOperations(engine),
        Invoke: invokeOperation(engine),
      },
      resources: {
        "AWS::Lambda::Function": functionResource(engine),
        "AWS::Lambda::Permission": permissionResource(engine),
        "AWS::Lambda::Version": versionResource(engine),
        "AWS::Lambda::Alias": aliasResource(engine),
        "AWS::Lambda::EventInvokeConfig": eventInvokeConfigResource(engine),
        "AWS::Lambda::EventSourceMapping": mappingResource(engine),
        "AWS::Lambda::LayerVersion": layerVersionResource(place),
        "AWS::Lambda::Url": urlResource(place),
      },
      resourceOf: (_operation, input) => resourceArn(place, input),
      stop,
    },
    functions: {
      async invoke(nameOrArn, payload) {
        return (await executor.execute(functions.resolve(nameOrArn), payload)).result;
      },
      enqueue(nameOrArn, payload) {
        asynchronous.accept(nameOrArn, payload);
      },
      permits: (arn, service, sourceArn) => permits(functions.resolve(arn).fn, service, sourceArn, place.account),
    },
    stop,
  };
}

const addressed = v.object({ FunctionName: v.optional(v.string()), Resource: v.optional(v.string()) });

function resourceArn(place: Place, input: unknown): string | undefined {
  const parsed = v.safeParse(addressed, input);
  const given = parsed.success ? (parsed.output.FunctionName ?? parsed.output.Resource) : undefined;
  if (given === undefined) return undefined;
  const { name, qualifier } = parseFunctionName(given);
  return `arn:aws:lambda:${place.region}:${place.account}:function:${name}${qualifier ? `:${qualifier}` : ""}`;
}
