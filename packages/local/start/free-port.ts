import { once } from "node:events";
import { createServer } from "node:net";

/**
 * `port`, or one the system has free where it is 0. The balancer's port stands in public addresses, so it must be
 * known before the deploy that opens it.
 */
export async function choosePort(port: number): Promise<number> {
  if (port !== 0) return port;
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new TypeError("A TCP server has a port.");
  return address.port;
}

/** Throws in one line when somebody listens there already, before a deploy fails over it. */
export async function requireFree(port: number, option: string): Promise<void> {
  const server = createServer();
  const outcome = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve).listen(port, "127.0.0.1", () => resolve(undefined));
  });
  if (outcome === undefined) {
    server.close();
    await once(server, "close");
    return;
  }
  const reason = outcome.code === "EADDRINUSE" ? "is taken by another program" : `cannot be opened (${outcome.code})`;
  throw new Error(`Port ${port} ${reason}. Choose another: npm start -- ${option} ${port + 1}`);
}
