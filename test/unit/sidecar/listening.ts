import type { Server } from "node:http";
import { closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { onTestFinished } from "vitest";

/** Listens on loopback until the test has ended. @returns the port */
export async function listenForTest(server: Server): Promise<number> {
  const port = await listenOnLoopback(server);
  onTestFinished(() => closeServer(server));
  return port;
}
