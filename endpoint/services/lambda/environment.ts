import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { InvocationResult, ProcessSupervisor } from "#endpoint/core/ports.ts";
import type { FunctionVersion } from "./functions.ts";
import { createInvocationLog } from "./invocation-log.ts";
import { answered, exited, timedOut } from "./outcome.ts";
import { type RuntimeCall, startRuntimeApi } from "./runtime-api.ts";

const BOOTSTRAP = fileURLToPath(new URL("./bootstrap.mjs", import.meta.url));

/** On-demand initialisation gets 10 s: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_LIMIT_MS = 10_000;
/** How long the last lines of an invocation may take through the pipe. */
const OUTPUT_LAG_MS = 250;
const STOP_GRACE_MS = 200;

export interface EnvironmentHost {
  readonly supervisor: ProcessSupervisor;
  /** To the log of the function. */
  write(version: FunctionVersion, logStream: string, lines: readonly string[]): void;
  /** The variables of a new environment: AWS's own and the function's, and nothing of the operator's. */
  variables(version: FunctionVersion, runtimeApi: string, logStream: string): Readonly<Record<string, string>>;
}

/** One finished invocation. */
export interface Execution {
  readonly requestId: string;
  readonly result: InvocationResult;
  /** Milliseconds. */
  readonly duration: number;
  readonly log: readonly string[];
}

/** A process that runs one event at a time, as Lambda's execution environment does. */
export interface Environment {
  readonly version: FunctionVersion;
  /** False once its process has ended, or has to. */
  readonly alive: boolean;
  run(requestId: string, payload: string, functionArn: string): Promise<Execution>;
  stop(): Promise<void>;
}

export function logGroupOf(version: FunctionVersion): string {
  return version.configuration.LoggingConfig.LogGroup ?? `/aws/lambda/${version.functionName}`;
}

export async function startEnvironment(version: FunctionVersion, host: EnvironmentHost): Promise<Environment> {
  const startedAt = Date.now();
  const stream = logStreamOf(version, startedAt);
  const log = createInvocationLog(version, (lines) => host.write(version, stream, lines));
  const runtime = createRuntime();
  const api = await startRuntimeApi(runtime.onCall);
  log.initStart();
  const process = host.supervisor.start({
    command: globalThis.process.execPath,
    args: [BOOTSTRAP],
    cwd: version.code.folder,
    env: host.variables(version, api.address, stream),
    onLine: log.output,
  });
  let alive = true;
  let cold = true;
  const gone = process.exited.then((exit) => {
    alive = false;
    api.close();
    return exit;
  });

  /** What comes first: the promise, the end of the process, or `ms` gone by. */
  const within = async <T>(promise: Promise<T>, ms: number, requestId: string): Promise<T | InvocationResult> => {
    const time = Promise.withResolvers<InvocationResult>();
    const timer = setTimeout(() => {
      alive = false;
      time.resolve(timedOut(requestId, version.configuration.Timeout));
    }, ms);
    const ended = gone.then((exit) => exited(requestId, exit));
    return await Promise.race([promise, ended, time.promise]).finally(() => clearTimeout(timer));
  };

  const stop = async () => {
    alive = false;
    await process.stop(STOP_GRACE_MS);
  };

  return {
    version,
    get alive() {
      return alive;
    },
    stop,
    async run(requestId, payload, functionArn) {
      const timeout = version.configuration.Timeout * 1_000;
      const failedInit = await within(runtime.idle(), INIT_LIMIT_MS + timeout, requestId);
      const begunAt = Date.now();
      log.begin(requestId, cold ? begunAt - startedAt : undefined);
      cold = false;
      const work = runtime.expect();
      if (failedInit === undefined) api.hand({ requestId, payload, functionArn, deadline: begunAt + timeout });
      const result = failedInit ?? (await within(work, timeout, requestId));
      const duration = Date.now() - begunAt;
      // A runtime that does not come back for more has crashed after its answer.
      if (alive && failedInit === undefined) {
        await within(Promise.all([runtime.idle(), inTime(log.complete(requestId))]), timeout, requestId);
      }
      if (!alive || failedInit !== undefined) await stop();
      return { requestId, result, duration, log: log.end(result, duration) };
    },
  };
}

function logStreamOf(version: FunctionVersion, at: number): string {
  const day = new Date(at).toISOString().slice(0, 10).replaceAll("-", "/");
  return `${day}/[${version.version}]${randomBytes(16).toString("hex")}`;
}

async function inTime(promise: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, OUTPUT_LAG_MS);
  await Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

/** What the runtime in the process has said so far. */
function createRuntime() {
  let ready = Promise.withResolvers<InvocationResult | undefined>();
  let answer = Promise.withResolvers<InvocationResult>();
  return {
    /** Resolves when the runtime waits for work: with nothing, or with why the handler could not be loaded. */
    idle: () => ready.promise,
    /** Resolves with the answer to the event that is handed over next. */
    expect() {
      ready = Promise.withResolvers();
      answer = Promise.withResolvers();
      return answer.promise;
    },
    onCall(call: RuntimeCall) {
      switch (call.kind) {
        case "ready":
          return ready.resolve(undefined);
        case "init-error":
          return ready.resolve({ kind: "function-error", payload: call.body });
        case "error":
          return answer.resolve({ kind: "function-error", payload: call.body });
        case "response":
          return answer.resolve(answered(call.body));
      }
    },
  };
}
