import { once } from "node:events";
import { createServer } from "node:net";

/** Loopback ports that nobody listens on, none handed out twice while it is in use here. */
export interface PortAllotment {
  take(): Promise<number>;
  give(port: number): void;
}

export function createPortAllotment(): PortAllotment {
  const taken = new Set<number>();
  return {
    async take() {
      for (;;) {
        const port = await freePort();
        if (taken.has(port)) continue;
        taken.add(port);
        return port;
      }
    },
    give(port) {
      taken.delete(port);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no loopback port is free");
  return address.port;
}
