import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import * as v from "valibot";
import { readBody } from "#endpoint/core/body.ts";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import type { Executor } from "./executor.ts";
import type { Functions, LambdaFunction } from "./functions.ts";
import { permitsUrl } from "./permission.ts";
import { broken, said, type UrlAnswer, urlAnswer, urlEvent } from "./url-event.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostBytes = 6_291_456;

export const urlSettings = v.object({
  AuthType: v.picklist(["NONE", "AWS_IAM"]),
  InvokeMode: v.optional(v.picklist(["BUFFERED", "RESPONSE_STREAM"]), "BUFFERED"),
  Cors: v.optional(v.unknown()),
});
export type UrlSettings = v.InferOutput<typeof urlSettings>;

export interface FunctionUrl {
  readonly functionArn: string;
  readonly url: string;
  readonly createdAt: number;
}

/** Addresses of functions: each a server of its own on loopback, where AWS has a name under `on.aws`. */
export interface FunctionUrls {
  /** Throws `ResourceConflictException` where there is one. */
  create(fn: LambdaFunction, settings: UrlSettings): Promise<FunctionUrl>;
  /** Throws `ResourceNotFoundException`. */
  get(fn: LambdaFunction): FunctionUrl;
  find(fn: LambdaFunction): FunctionUrl | undefined;
  delete(fn: LambdaFunction): Promise<void>;
  stop(): Promise<void>;
}

export interface UrlPorts {
  readonly functions: Functions;
  readonly executor: Executor;
  readonly now: () => number;
}

export function createFunctionUrls({ functions, executor, now }: UrlPorts): FunctionUrls {
  const open = new Map<string, { readonly url: FunctionUrl; readonly server: Server }>();

  async function answer(request: IncomingMessage, name: string, id: string): Promise<UrlAnswer> {
    const { fn } = functions.resolve(name);
    if (!permitsUrl(fn)) {
      const see = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";
      return said(403, { Message: `Forbidden. For troubleshooting Function URL authorization issues, see: ${see}` });
    }
    const body = await readBody(request, mostBytes);
    const { result } = await executor.execute(functions.resolve(name), urlEvent(request, body, id, now()));
    return result.kind === "function-error" ? broken : urlAnswer(result.payload);
  }

  async function serve(request: IncomingMessage, response: ServerResponse, name: string, id: string): Promise<void> {
    const { status, headers, body } = await answer(request, name, id).catch((error: unknown) => {
      if (error instanceof AwsError && error.status === 413) return said(413, { Message: "Request Too Long" });
      return error instanceof AwsError && error.status === 429 ? said(429, { Reason: error.message }) : broken;
    });
    response.writeHead(status, headers);
    response.end(body);
  }

  const find = ({ arn }: LambdaFunction) => open.get(arn);
  return {
    async create(fn, { AuthType, InvokeMode, Cors }) {
      if (AuthType === "AWS_IAM") throw notEmulated("A function URL that checks signatures");
      if (InvokeMode === "RESPONSE_STREAM") throw notEmulated("A function URL that streams");
      if (Cors !== undefined) throw notEmulated("CORS of a function URL");
      if (find(fn) !== undefined)
        throw new AwsError("ResourceConflictException", `FunctionUrlConfig exists for this Lambda function.`, 409);
      const id = randomBytes(16).toString("hex");
      // Whoever calls it brings no credential: the function itself decides.
      const listener = behindDoor((request, response) => void serve(request, response, fn.name, id), { forms: ["/"] });
      const server = createServer(listener);
      const port = await listenOnLoopback(server);
      const url = { functionArn: fn.arn, url: `http://127.0.0.1:${port}/`, createdAt: now() };
      open.set(fn.arn, { url, server });
      return url;
    },
    get(fn) {
      const found = find(fn);
      if (found !== undefined) return found.url;
      throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404);
    },
    find: (fn) => find(fn)?.url,
    async delete(fn) {
      const found = find(fn);
      open.delete(fn.arn);
      if (found !== undefined) await closeServer(found.server);
    },
    async stop() {
      await Promise.all([...open.values()].map(({ server }) => closeServer(server)));
      open.clear();
    },
  };
}
