import { once } from "node:events";
import type { Server as HttpServer, RequestListener, ServerResponse } from "node:http";
import type { Server } from "node:net";
import { type DoorRules, refusalOf } from "./door.mjs";

/** The one address that servers of a fleet on this machine listen on. */
export const loopback = "127.0.0.1";

/** A handler that sees only the requests it may answer. */
export function behindDoor(handle: RequestListener, rules?: DoorRules): RequestListener {
  return (request, response) => {
    const refusal = refusalOf(request, rules);
    if (refusal === undefined) handle(request, response);
    else turnAway(response, refusal);
  };
}

function turnAway(response: ServerResponse, refusal: string): void {
  const headers = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  response.writeHead(403, headers).end(`${refusal}\n`);
}

/** Listens on loopback, or at another address of this machine. @returns the port; 0 lets the system choose it */
export async function listenOnLoopback(server: Server, port = 0, host: string = loopback): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("A TCP server listens on a port.");
  return address.port;
}

/** Ends every connection, and resolves when nothing listens any more. */
export async function closeServer(server: HttpServer): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
