import { createServer } from "node:http";
import { loopback } from "@mcp-fleet/loopback/server.ts";
import { createFrontDoor, type FrontDoor, type FrontDoorOptions } from "./front-door.ts";
import { createJournal, type Journal } from "./journal.ts";

export interface Endpoint {
  /** `http://127.0.0.1:<port>`: an IP, so that S3 clients address buckets by path. */
  readonly url: string;
  readonly port: number;
  readonly journal: Journal;
  /** Stops listening and ends what is in flight. Whoever made the services stops them. */
  close(): Promise<void>;
}

/** A port that is taken already and serves once the services, which need to know its address, are made. */
export interface OpenEndpoint extends Endpoint {
  /** Requests that came before wait for this. */
  serve(options: Omit<FrontDoorOptions, "journal">): void;
}

/** Listens on 127.0.0.1 alone. `port` 0 lets the system choose. Throws when the port is taken or not allowed. */
export async function openEndpoint(options: { readonly port: number }): Promise<OpenEndpoint> {
  const journal = createJournal();
  const { promise: door, resolve: openDoor } = Promise.withResolvers<FrontDoor>();
  const server = createServer((request, response) => void door.then((it) => it.answer(request, response)));
  // Longer than any SDK keeps an idle connection, so that none is closed just as a client sends on it again.
  server.keepAliveTimeout = 75_000;
  // Operations may take their time (Lambda's 15 minutes, a long poll): only clients give up.
  server.requestTimeout = 0;
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(explain(error, options.port)));
    try {
      server.listen(options.port, loopback, resolve);
    } catch (error) {
      reject(explain(error, options.port));
    }
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;

  return {
    url: `http://${loopback}:${port}`,
    port,
    journal,
    serve(services) {
      openDoor(createFrontDoor({ ...services, journal }));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `openEndpoint` and `serve` in one, for services that need not know the address. */
export async function startEndpoint(
  options: { readonly port: number } & Omit<FrontDoorOptions, "journal">,
): Promise<Endpoint> {
  const endpoint = await openEndpoint(options);
  endpoint.serve(options);
  return endpoint;
}

function explain(error: unknown, port: number): Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const remedy = "choose another from 1 to 65535, or 0 for a free one";
  switch (code) {
    case "EADDRINUSE":
      return new Error(`Port ${port} on ${loopback} is taken: stop the process that listens there, or ${remedy}.`);
    case "EACCES":
      return new Error(`Port ${port} on ${loopback} needs privileges this process does not have: ${remedy}.`);
    case "ERR_SOCKET_BAD_PORT":
      return new Error(`${port} is not a port: ${remedy}.`);
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}
