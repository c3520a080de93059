import { Agent, request as httpRequest } from "node:http";
import { pipeline } from "node:stream";
import { AwsError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";

/** Headers between two neighbours, not for the next one; the client's `Expect` is answered by this server. */
const hopByHop = new Set(["connection", "keep-alive", "expect", "proxy-connection"]);

/** Streams requests to an emulator as they came (path, `Host`, signature, body), and its answers back. */
export interface Forwarder {
  /**
   * Resolves with the status once the answer is out. `body` stands for the request's when it was read already.
   * Throws `ServiceUnavailable` when the emulator does not answer.
   */
  forward(target: string, exchange: Exchange, body?: Buffer): Promise<number>;
  close(): void;
}

export function createForwarder(): Forwarder {
  const agent = new Agent({ keepAlive: true });

  function forward(target: string, { request, response }: Exchange, body?: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(target);
      const method = request.method ?? "GET";
      const headers = endToEnd(request.rawHeaders);
      const upstream = httpRequest({ agent, hostname, port, method, path: request.url ?? "/", headers });
      upstream.on("error", (error) => {
        const code = "code" in error ? ` (${String(error.code)})` : "";
        reject(new AwsError("ServiceUnavailable", `The emulator at ${target} does not answer${code}.`, 503));
      });
      upstream.once("response", (answer) => {
        const status = answer.statusCode ?? 502;
        response.writeHead(status, endToEnd(answer.rawHeaders));
        // An error here is either side hanging up mid-answer: `pipeline` has closed both, and no one is left to tell.
        pipeline(answer, response, () => resolve(status));
      });
      response.once("close", () => {
        if (!response.writableFinished) upstream.destroy(new Error("The client went away."));
      });
      if (body === undefined) request.pipe(upstream);
      else upstream.end(body);
    });
  }

  return { forward, close: () => agent.destroy() };
}

function endToEnd(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => !hopByHop.has((rawHeaders[index - (index % 2)] ?? "").toLowerCase()));
}
