import type { AsyncInvoker, FunctionInvoker, InvokePermissions } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import { createAsynchronousInvoker } from "./asynchronous.ts";
import { createCodePackages } from "./code.ts";
import type { LambdaEngine, LambdaPorts } from "./engine.ts";
import { createExecutor } from "./executor.ts";
import { createFunctions } from "./functions.ts";
import { writeLog } from "./log.ts";
import { createMappings } from "./mappings.ts";
import { operationsOf } from "./operations/index.ts";
import { permits } from "./permission.ts";
import { createPoller } from "./poller.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources/index.ts";
import { routes } from "./routes.ts";
import { createFunctionUrls } from "./urls.ts";
import { functionVariables } from "./variables.ts";

export interface Lambda {
  readonly service: AwsService;
  readonly functions: FunctionInvoker & AsyncInvoker & InvokePermissions;
  stop(): Promise<void>;
}

/** Lambda: functions of the Node.js runtimes, each in processes of its own behind the real Runtime API. */
export function createLambda(ports: LambdaPorts): Lambda {
  const { place, clock, extraEnvironment = {} } = ports;
  const now = () => clock.now();
  const functions = createFunctions(place, now);
  const mappings = createMappings(`arn:aws:lambda:${place.region}:${place.account}`, now);
  const variables = { place, credentials: ports.credentials, extraEnvironment };
  const executor = createExecutor({
    ...ports,
    variables: (...of) => functionVariables(variables, ...of),
    write: (...of) => writeLog(ports, ...of),
  });
  const asynchronous = createAsynchronousInvoker({ ...ports, functions, executor });
  const poller = createPoller({ ...ports, functions, executor, mappings, region: place.region });
  const code = createCodePackages(ports.codeFolder, ports.objects);
  const urls = createFunctionUrls({ functions, executor, now });
  const engine: LambdaEngine = { place, clock, functions, code, executor, asynchronous, mappings, poller, urls };

  const stop = async () => {
    asynchronous.stop();
    await Promise.all([urls.stop(), poller.stop(), executor.stop()]);
  };
  return {
    service: {
      signingName: "lambda",
      protocol: { kind: "rest-json", routes },
      operations: operationsOf(engine),
      quotas,
      resources: resourcesOf(engine),
      ...accessOf(engine),
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
