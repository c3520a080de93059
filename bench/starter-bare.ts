/** The yardstick: the same tool on the SDK's server and a plain HTTP server, with nothing of ours. */
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";

const http = createServer(async (req, res) => {
  const server = new McpServer({ name: "bare", version: "1.0.0" });
  server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => ({
    content: [{ type: "text", text: String(a + b) }],
  }));
  const transport = new StreamableHTTPServerTransport();
  res.on("close", () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(req, res);
});
http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ message: "Listening.", ...Object(http.address()) })));
