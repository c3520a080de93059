import { createServer, type RequestListener, type Server } from "node:http";
import { listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

export interface Described {
  readonly name: string;
  readonly description: string;
}

const servers: Server[] = [];

/** A server on loopback. @returns its address */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  return `http://127.0.0.1:${await listenOnLoopback(server)}`;
}

export function closeServers(): void {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
}

/** An MCP server of the official SDK, which speaks both eras. @param tools as they are at each request */
export function mcpServer(
  tools: () => readonly Described[],
  said: (method: string) => void = () => undefined,
): RequestListener {
  const { fetch } = createMcpHandler(() => {
    const server = new McpServer({ name: "example", version: "1.0.0" });
    for (const { name, description } of tools()) {
      server.registerTool(name, { description, inputSchema: z.object({ text: z.string() }) }, () => ({ content: [] }));
    }
    return server;
  });
  return async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    said(/"method":"([^"]+)"/.exec(body)?.[1] ?? request.method ?? "");
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const answer = await fetch(
      new Request(`http://localhost${request.url}`, {
        method: request.method ?? "POST",
        headers,
        ...(body !== "" && { body }),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
}
