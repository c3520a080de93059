import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";

export interface DoubleRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type DoubleResponse =
  | { readonly kind: "answer"; readonly status: number; readonly body: unknown; readonly retryAfter?: number }
  /** The connection is reset, as when nothing listens. */
  | { readonly kind: "reset" }
  /** The request is read and never answered. */
  | { readonly kind: "silence" };

export interface ServedDouble {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A vendor's API on loopback: one function from request to answer.
 * @param forms beginnings of the paths to which the vendor's clients post forms
 */
export async function serveDouble(
  handle: (request: DoubleRequest) => DoubleResponse | Promise<DoubleResponse>,
  forms: readonly string[],
  port?: number,
): Promise<ServedDouble> {
  const answer: RequestListener = async (req, res) => {
    try {
      const url = new URL(req.url ?? "/", "http://127.0.0.1");
      const request = { method: req.method ?? "GET", url, headers: req.headers, body: await buffer(req) };
      const response = await handle(request);
      if (response.kind === "reset") req.socket.resetAndDestroy();
      if (response.kind === "answer") write(res, response);
    } catch (error) {
      write(res, { kind: "answer", status: 400, body: { error: String(error) } });
    }
  };
  const server = createServer(behindDoor(answer, { forms }));
  const listening = await listenOnLoopback(server, port);
  return { url: `http://127.0.0.1:${listening}`, stop: () => closeServer(server) };
}

function write(res: ServerResponse, { status, body, retryAfter }: DoubleResponse & { readonly kind: "answer" }): void {
  if (retryAfter !== undefined) res.setHeader("Retry-After", retryAfter);
  res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
