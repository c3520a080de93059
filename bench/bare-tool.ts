import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/** The starter's `add` on the SDK alone. */
export function createBareServer(): McpServer {
  const server = new McpServer({ name: "bare", version: "1.0.0" });
  server.registerTool("add", { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => ({
    content: [{ type: "text", text: String(a + b) }],
  }));
  return server;
}
