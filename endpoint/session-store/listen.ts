import { once } from "node:events";
import { createServer } from "node:tls";
import { serveConnection } from "./connection.ts";
import type { SessionStore } from "./store.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface Listener {
  /** Ends every connection; the store keeps its data. */
  close(): Promise<void>;
}

/** Serves a store over TLS. Throws where the port is taken. */
export async function listen(
  store: SessionStore,
  { host, port, cert, key }: Address,
  log: (line: string) => void,
): Promise<Listener> {
  const server = createServer({ cert, key, minVersion: "TLSv1.2", handshakeTimeout: 30_000 }, (socket) => {
    if (store.clients.size < store.options.maxClients) return serveConnection(store, socket, log);
    socket.on("error", () => socket.destroy());
    return void socket.end("-ERR max number of clients reached\r\n");
  });
  // A handshake that fails ends its own connection.
  server.on("tlsClientError", () => undefined);
  server.listen(port, host);
  await once(server, "listening");
  return {
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const client of store.clients.values()) client.end();
      await closed;
    },
  };
}
