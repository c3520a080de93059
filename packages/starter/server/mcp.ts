import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { AnyTool, ToolContext } from "../tool.ts";

export interface ServerIdentity {
  readonly name: string;
  readonly version: string;
}

/** A fresh MCP server for one request; it only knows the tools and the caller. */
export function createMcpServer(
  identity: ServerIdentity,
  tools: readonly AnyTool[],
  context: Pick<ToolContext, "caller" | "google">,
): McpServer {
  const server = new McpServer(identity, { capabilities: { logging: {} } });
  for (const tool of tools) {
    const { name, title, description, input } = tool;
    server.registerTool(name, { title, description, inputSchema: input }, async (args, extra) => {
      const progressToken = extra._meta?.progressToken;
      return tool.run(args, {
        ...context,
        signal: extra.signal,
        progress: async (progress, total, message) => {
          if (progressToken === undefined) return;
          await extra.sendNotification({
            method: "notifications/progress",
            params: { progressToken, progress, total, ...(message === undefined ? {} : { message }) },
          });
        },
      });
    });
  }
  return server;
}
