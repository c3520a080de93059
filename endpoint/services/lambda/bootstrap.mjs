/**
 * What AWS ships as the Node.js runtime: it asks the Runtime API for work and runs the handler. Plain JavaScript,
 * because stripping types would double a function's cold start.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import dns from "node:dns";
import { existsSync } from "node:fs";
import http from "node:http";
import { createRequire, registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

// Names under `localhost` are this machine (RFC 6761, section 6.3), where the balancers are: a system may not know that.
const { lookup } = dns;
dns.lookup = (hostname, ...rest) => lookup(/(?:^|\.)localhost$/i.test(hostname) ? "127.0.0.1" : hostname, ...rest);

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER, AWS_EXECUTION_ENV, AWS_LAMBDA_LOG_FORMAT } = process.env;
const runtimeRequire = createRequire(import.meta.url);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const jsonLogs = AWS_LAMBDA_LOG_FORMAT === "JSON";
const nodeMajor = Number(/nodejs(\d+)/.exec(AWS_EXECUTION_ENV ?? "")?.[1] ?? 24);
let requestId = "";

class RuntimeError extends Error {
  constructor(name, message, options) {
    super(message, options);
    this.name = name;
  }
}

function request(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const call = http.request(
      `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/${path}`,
      {
        method,
        agent,
        headers: body === undefined ? headers : { ...headers, "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
        response.on("error", reject);
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

/** Log events are framed by lines; a break inside one travels as a carriage return and is turned back on arrival. */
function log(level, text) {
  const timestamp = new Date().toISOString();
  const line = jsonLogs
    ? JSON.stringify({ timestamp, level, ...(requestId && { requestId }), message: text })
    : `${timestamp}\t${requestId || "undefined"}\t${level}\t${text}`;
  process.stdout.write(`${line.replaceAll("\n", "\r")}\n`);
}
for (const [method, level] of [
  ["debug", "DEBUG"],
  ["log", "INFO"],
  ["info", "INFO"],
  ["warn", "WARN"],
  ["error", "ERROR"],
  ["trace", "TRACE"],
]) {
  console[method] = (...parts) => log(level, format(...parts));
}

/** The runtime brings the AWS SDK along, for CommonJS and ES modules alike; nothing else that is installed here. */
registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!/^@(aws-sdk|smithy)\//.test(specifier)) throw error;
      // `require` takes no other parent from a hook.
      if (context.conditions.includes("require")) {
        return { url: pathToFileURL(runtimeRequire.resolve(specifier)).href, shortCircuit: true };
      }
      return next(specifier, { ...context, parentURL: import.meta.url });
    }
  },
});

function errorBody(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** Node.js 24 has no callback handlers any more: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html */
const CALLBACK_REMOVED =
  "AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";

async function loadHandler() {
  const [, modulePath, exported] = /^(.*?[^/.]*)\.([^/]+)$/.exec(_HANDLER ?? "") ?? [];
  if (!modulePath || !exported) throw new RuntimeError("Runtime.MalformedHandlerName", "Bad handler");
  const base = join(LAMBDA_TASK_ROOT, modulePath);
  const file = [base, `${base}.js`, `${base}.mjs`, `${base}.cjs`].find((path) => existsSync(path));
  if (!file) throw new RuntimeError("Runtime.ImportModuleError", `Error: Cannot find module '${modulePath}'`);
  const handler = pick(await importModule(file), exported);
  if (handler === undefined) {
    throw new RuntimeError("Runtime.HandlerNotFound", `${_HANDLER} is undefined or not exported`);
  }
  if (typeof handler !== "function") throw new RuntimeError("Runtime.HandlerNotFound", `${_HANDLER} is not a function`);
  if (nodeMajor >= 24 && handler.length >= 3)
    throw new RuntimeError("Runtime.CallbackHandlerDeprecated", CALLBACK_REMOVED);
  return handler;
}

async function importModule(file) {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RuntimeError("Runtime.UserCodeSyntaxError", String(error), { cause: error });
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw new RuntimeError("Runtime.ImportModuleError", String(error), { cause: error });
    }
    throw error;
  }
}

/** CommonJS exports arrive under `default`; named ones only as far as Node detects them. */
function pick(module, exported) {
  const walk = (root) => exported.split(".").reduce((value, key) => value?.[key], root);
  return walk(module) ?? walk(module.default);
}

function invoke(handler, event, context) {
  if (handler.length < 3) return Promise.resolve(handler(event, context));
  return new Promise((resolve, reject) => {
    const returned = handler(event, context, (error, result) => (error ? reject(error) : resolve(result)));
    if (typeof returned?.then === "function") returned.then(resolve, reject);
  });
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/** Tells the reader of this process's output that the invocation's own lines are complete. */
function mark() {
  process.stdout.write(`\u0000end ${requestId} ${Math.ceil(process.resourceUsage().maxRSS / 1024)}\n`);
}

async function report(error) {
  const body = errorBody(error);
  const { trace: stack, ...rest } = body;
  const path = requestId ? `invocation/${requestId}/error` : "init/error";
  log("ERROR", `${requestId ? "Invoke" : "Init"} Error \t${JSON.stringify({ ...rest, stack })}`);
  mark();
  await request("POST", path, JSON.stringify(body), { "lambda-runtime-function-error-type": body.errorType });
}

async function serve(handler) {
  const { headers, body } = await request("GET", "invocation/next");
  requestId = headers["lambda-runtime-aws-request-id"];
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  try {
    const result = await invoke(handler, JSON.parse(body), contextOf(headers));
    const answer = JSON.stringify(result) ?? "null";
    mark();
    await request("POST", `invocation/${requestId}/response`, answer);
  } catch (error) {
    await report(error);
  }
}

async function crash(name, error, code) {
  const cause = error instanceof Error ? error : new Error(String(error));
  await report(name ? new RuntimeError(name, String(cause), { cause }) : cause);
  process.exit(code);
}
process.on("unhandledRejection", (reason) => void crash("Runtime.UnhandledPromiseRejection", reason, 128));
process.on("uncaughtException", (error) => void crash(undefined, error, 129));

let handler;
try {
  handler = await loadHandler();
} catch (error) {
  await report(error);
  process.exit(1);
}
for (;;) await serve(handler);
