import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request as send } from "node:https";
import type { Certificate } from "@mcp-fleet/endpoint";
import type { DoorRules } from "@mcp-fleet/loopback/door.mjs";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";

export interface DoorOptions {
  /** The one to listen on; another where it is taken. */
  readonly port: number;
  readonly certificate: Certificate;
  readonly ca: string;
  /** The service's public address, which the balancer knows. */
  readonly service: URL;
}

/** An address of a service by port, on 127.0.0.1. */
export interface Door {
  readonly url: string;
  readonly service: URL;
  close(): Promise<void>;
}

/**
 * A service's pages may ask it for more. A person is sent here to log in, and comes back from there: by navigation,
 * which shows a page and reveals nothing to the sender. Forms are how programs ask for tokens.
 */
export const doorRules: DoorRules = { tls: true, pages: true, navigations: "all", forms: ["/"] };

/**
 * Passes what comes in to the balancer under the service's own name. `X-Forwarded-Host` gives the service the
 * name the client used, as any proxy with a name of its own does.
 */
export async function openDoor({ port: wanted, certificate, ca, service }: DoorOptions): Promise<Door> {
  const server = createServer({ cert: certificate.certificate, key: certificate.privateKey, requestTimeout: 0 });
  const port = await listenOnLoopback(server, wanted).catch(() => listenOnLoopback(server));
  const agent = new Agent({ keepAlive: true, ca, servername: service.hostname });

  const forward = (request: IncomingMessage, response: ServerResponse) => {
    const upstream = send({
      agent,
      host: "127.0.0.1",
      port: service.port,
      method: request.method,
      path: request.url,
      headers: {
        ...request.headers,
        ...originOf(request, service),
        host: service.host,
        "x-forwarded-host": request.headers.host,
      },
    });
    upstream.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    upstream.once("error", () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502, { "Content-Type": "text/plain" }).end("The balancer does not answer.");
    });
    response.once("close", () => upstream.destroy());
    request.pipe(upstream);
  };
  server.on("request", behindDoor(forward, doorRules));

  return {
    url: `https://127.0.0.1:${port}`,
    service,
    async close() {
      await closeServer(server);
      agent.destroy();
    },
  };
}

/** The door's own page, which was let in, is a page of the service. */
function originOf({ headers }: IncomingMessage, service: URL): { readonly origin?: string } {
  return headers.origin === undefined ? {} : { origin: service.origin };
}
