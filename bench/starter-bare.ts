/** The yardstick: the same tool on the SDK's server and a plain HTTP server, with nothing of ours but its tongue: Node's. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { createBareServer } from "./bare-tool.ts";

const handler = createMcpHandler(createBareServer);
const http = createServer(async (req, res) => {
  const headers = new Headers(
    Object.entries(req.headers).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const request = new Request("http://localhost/mcp", { method: "POST", headers, body: await text(req) });
  const answer = await handler.fetch(request);
  res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
});
http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ message: "Listening.", ...Object(http.address()) })));
