/** An MCP server as many are: it keeps each client's session, here a count, in its memory; with STATELESS=true it has none. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

const isStateless = process.env.STATELESS === "true";
const sessions = new Map<string, StreamableHTTPServerTransport>();

async function open(): Promise<StreamableHTTPServerTransport> {
  let count = 0;
  const server = new McpServer({ name: "counter", version: "1.0.0" });
  server.registerTool("count", {}, () => {
    count += 1;
    return { content: [{ type: "text", text: String(count) }] };
  });
  const transport = isStateless
    ? new StreamableHTTPServerTransport()
    : new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void sessions.set(id, transport),
      });
  await server.connect(transport);
  return transport;
}

const http = createServer(async (req, res) => {
  if (req.url === "/health") return res.end("ok");
  // A stream for what the server says by itself would hold up the roll, and this one says nothing.
  if (req.method === "GET") return res.writeHead(405).end();
  const id = String(req.headers["mcp-session-id"] ?? "");
  const known = sessions.get(id);
  // The protocol's answer to a session that is not known.
  if (id !== "" && known === undefined) return res.writeHead(404).end("Session not found");
  return (known ?? (await open())).handleRequest(req, res);
});
http.keepAliveTimeout = (Number(process.env.MCP_IDLE_TIMEOUT_SECONDS ?? 60) + 5) * 1_000;
http.listen(Number(process.env.PORT), "127.0.0.1");
process.once("SIGTERM", () => {
  http.close(() => process.exit(0));
  http.closeAllConnections();
});
