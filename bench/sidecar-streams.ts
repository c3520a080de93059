import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { listenRequest } from "@mcp-fleet/testing/listen-request.ts";
import { type Process, processTree } from "./processes.ts";
import { start } from "./starter.ts";

export interface Streams {
  readonly open: number;
  /** Of the sidecar, with them. */
  readonly memoryMb: number;
}

interface Subject {
  readonly env: Readonly<Record<string, string>>;
  /** Program and arguments of a server over stdio. */
  readonly command?: readonly string[];
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const program = "../packages/sidecar/main.ts";

/** Streams that wait for news, of a server over HTTP. */
export async function openStreamsOverHttp(count: number): Promise<Streams> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream" }).write(": open\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  try {
    const env = { MCP_UPSTREAM: `http://127.0.0.1:${port}/mcp`, MCP_CALLS_PER_MINUTE: "1000000" };
    const { memoryMb } = await open(count, { env, method: "GET" });
    return { open: count, memoryMb };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The same, of a server over stdio that all callers share; and what its process takes. */
export async function openStreamsOverStdio(
  count: number,
  command: readonly string[],
): Promise<Streams & { readonly childMb: number }> {
  const { memoryMb, below } = await open(count, {
    env: { MCP_CHILD_INSTANCES: "shared", MCP_CALLS_PER_MINUTE: "1000000" },
    command,
    ...listenRequest,
  });
  return { open: count, memoryMb, childMb: Math.round(below.reduce((sum, one) => sum + one.memoryMb, 0)) };
}

async function open(
  count: number,
  { env, command = [], method, headers = {}, body }: Subject,
): Promise<{ readonly memoryMb: number; readonly below: readonly Process[] }> {
  const sidecar = await start(program, env, command);
  const agent = new Agent({ maxSockets: count });
  try {
    const opened = Array.from({ length: count }, async () => {
      const sent = request({ agent, host: "127.0.0.1", port: sidecar.port, path: "/mcp", method, headers }).end(body);
      const [answer] = await once(sent, "response");
      await once(answer, "data");
    });
    await Promise.all(opened);
    const [own, ...below] = await processTree(sidecar.pid);
    return { memoryMb: Math.round(own?.memoryMb ?? Number.NaN), below };
  } finally {
    agent.destroy();
    await sidecar.stop();
  }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
