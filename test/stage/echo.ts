/** A service that reports what reaches it. Its name is its first argument. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

const [, , service = "echo"] = process.argv;
const streams = new Set<ServerResponse>();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://echo");
  switch (pathname) {
    case "/health":
      response.end("ok");
      return;
    /** One event at once; another, and the end, when somebody asks for `/events/next`. */
    case "/events":
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: first\n\n");
      streams.add(response);
      return;
    case "/events/next":
      for (const stream of streams) stream.end("data: second\n\n");
      streams.clear();
      response.end();
      return;
    case "/environment":
      response.end(process.env[searchParams.get("name") ?? ""] ?? "");
      return;
    case "/log":
      console.log(await text(request));
      response.end();
      return;
    default:
      await sleep(Number(searchParams.get("delay") ?? 0));
      response.statusCode = Number(searchParams.get("status") ?? process.env.ECHO_STATUS ?? 200);
      if (response.statusCode >= 500) console.error(`Error: ${request.url} could not be answered`);
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          service,
          pid: process.pid,
          method: request.method,
          url: request.url,
          headers: request.headers,
        }),
      );
  }
}

// Longer than the balancer, as a container has to.
const keepAliveTimeout = (Number(process.env.MCP_IDLE_TIMEOUT_SECONDS ?? 60) + 5) * 1_000;
const server = createServer({ keepAliveTimeout }, (request, response) => void answer(request, response));
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log(`${service} listens`));
process.once("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
