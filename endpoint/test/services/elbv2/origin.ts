import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";

/** A real server on loopback, as a target. */
export interface Origin {
  readonly server: Server;
  readonly target: { readonly id: string; readonly port: number };
  close(): Promise<void>;
}

export async function openOrigin(listener: RequestListener, port = 0): Promise<Origin> {
  const server = createServer((request, response) => {
    if (request.url === "/health") response.end("healthy");
    else listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    server,
    target: { id: "127.0.0.1", port: portOf(server) },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server is not listening");
  return address.port;
}

/** Sends text as it is and returns what comes back until the other side closes. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("error", reject).on("close", () => resolve(answer));
  });
}
