import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { behindDoor, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";

/** One event for the handler. */
export interface Invocation {
  readonly requestId: string;
  readonly payload: string;
  readonly functionArn: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/** What the runtime in the execution environment says. */
export type RuntimeCall =
  | { readonly kind: "ready" }
  | { readonly kind: "response" | "error"; readonly requestId: string; readonly body: string }
  | { readonly kind: "init-error"; readonly body: string };

export interface RuntimeApi {
  /** `host:port`, for `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Hands an event to the runtime, which waits in `next` or is about to. */
  hand(invocation: Invocation): void;
  close(): void;
}

const ROUTE = /^\/2018-06-01\/runtime\/(?:invocation\/(?:(next)|([^/]+)\/(response|error))|(init)\/error)$/;

/**
 * The Lambda Runtime API for one execution environment, on loopback.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startRuntimeApi(onCall: (call: RuntimeCall) => void): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;
  let pending: Invocation | undefined;

  const deliver = () => {
    if (waiting === undefined || pending === undefined) return;
    const [response, invocation] = [waiting, pending];
    waiting = pending = undefined;
    response.writeHead(200, invocationHeaders(invocation)).end(invocation.payload);
  };

  const route = async (request: IncomingMessage, response: ServerResponse) => {
    const [, next, requestId, outcome, init] = ROUTE.exec(request.url ?? "") ?? [];
    if (next !== undefined) {
      waiting = response;
      onCall({ kind: "ready" });
      return deliver();
    }
    const body = await text(request);
    const known = init !== undefined || (requestId !== undefined && outcome !== undefined);
    response.writeHead(known ? 202 : 404, { "content-type": "application/json" }).end('{"status":"OK"}');
    if (init !== undefined) onCall({ kind: "init-error", body });
    else if (requestId !== undefined) onCall({ kind: outcome === "error" ? "error" : "response", requestId, body });
  };

  const answerer = behindDoor((request, response) => {
    // A function killed in the middle of its answer is reported by its exit.
    route(request, response).catch(() => response.destroy());
  });
  const server = createServer(answerer);
  const port = await listenOnLoopback(server);
  return {
    address: `127.0.0.1:${port}`,
    hand(invocation) {
      pending = invocation;
      deliver();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function invocationHeaders(invocation: Invocation): Record<string, string> {
  return {
    "content-type": "application/json",
    "lambda-runtime-aws-request-id": invocation.requestId,
    "lambda-runtime-deadline-ms": String(invocation.deadline),
    "lambda-runtime-invoked-function-arn": invocation.functionArn,
    "lambda-runtime-trace-id": `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${invocation.requestId.replaceAll("-", "").slice(0, 24)};Sampled=0`,
  };
}
