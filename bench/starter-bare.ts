/** The yardstick: the same tool on the SDK's server and a plain HTTP server, with nothing of ours but its tongue: Node's. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "bare", version: "1.0.0" });
  server.registerTool("add", { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => ({
    content: [{ type: "text", text: String(a + b) }],
  }));
  return server;
});
const http = createServer(async (req, res) => {
  const headers = new Headers(
    Object.entries(req.headers).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const request = new Request("http://localhost/mcp", { method: "POST", headers, body: await text(req) });
  const answer = await handler.fetch(request);
  res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
});
http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ message: "Listening.", ...Object(http.address()) })));
