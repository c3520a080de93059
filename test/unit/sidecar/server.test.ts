import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { listenRequest } from "@mcp-fleet/testing/listen-request.ts";
import { afterEach, describe, expect, it } from "vitest";
import { noAudit } from "#sidecar/audit/index.ts";
import { readConfig } from "#sidecar/config.ts";
import { createLog, silent } from "#sidecar/log.ts";
import { createApp } from "#sidecar/server/app.ts";
import { type Listener, listen } from "#sidecar/server/listen.ts";
import { mcpEndpoint } from "#sidecar/toolbox/endpoint.ts";
import { openRoundState } from "#sidecar/toolbox/round-state.ts";
import { createMcpServer } from "#sidecar/toolbox/server.ts";
import { startTools } from "#sidecar/toolbox/start.ts";

const parts = { identity: { name: "test", version: "1.0.0" }, tools: [], rounds: openRoundState([]) };
const anywhere = { host: "127.0.0.1", port: 0, idleTimeoutSeconds: 600 };
const listeners: Listener[] = [];
afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.drain(0))));

async function serve(externalUrl: URL | undefined, host = "0.0.0.0", log = silent): Promise<number> {
  const app = createApp({
    config: { service: "test", externalUrl, host, allowedOrigins: ["https://claude.ai"] },
    admission: { kind: "open" },
    audit: noAudit,
    log,
    serve: mcpEndpoint({
      createServer: (occasion) => createMcpServer(parts, occasion),
      argumentsOf: () => undefined,
      audit: noAudit,
      log,
      idleTimeoutSeconds: 60,
    }),
  });
  const listener = await listen(app, anywhere);
  listeners.push(listener);
  return listener.port;
}

/** Unlike fetch, it can send any Host. */
async function ping(port: number, headers: Record<string, string>): Promise<number> {
  const req = request({ host: "127.0.0.1", port, path: "/mcp", method: "POST" });
  const all = { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers };
  for (const [name, value] of Object.entries(all)) req.setHeader(name, value);
  req.end(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }));
  const [res] = await once(req, "response");
  await text(res);
  return res.statusCode;
}

describe("admission to /mcp", () => {
  const external = new URL("https://slack.mcp.example.com");

  it.each([
    [{ host: "slack.mcp.example.com" }, 200],
    [{ host: "slack.mcp.example.com", origin: "https://slack.mcp.example.com" }, 200],
    [{ host: "localhost:8000" }, 200],
    [{ host: "evil.example.com" }, 403],
    [{ host: "slack.mcp.example.com", origin: "https://evil.example.com" }, 403],
  ])("answers %o with %i", async (headers, status) => {
    expect(await ping(await serve(external), headers)).toBe(status);
  });

  it("accepts only loopback names when it listens there and has no other configured", async () => {
    const port = await serve(undefined, "127.0.0.1");
    expect(await ping(port, { host: "localhost" })).toBe(200);
    expect(await ping(port, { host: "evil.example.com" })).toBe(403);
  });
});

describe("the server", () => {
  it("has a live health check for whatever Host the balancer's check sends", async () => {
    const port = await serve(new URL("https://slack.mcp.example.com"));
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ status: "ok", sessions: { backend: "none" } }),
    ]);
  });

  it("logs the path of a request and never its query, in which codes travel", async () => {
    const lines: string[] = [];
    const port = await serve(
      undefined,
      "127.0.0.1",
      createLog((line) => lines.push(line)),
    );
    await fetch(`http://127.0.0.1:${port}/oauth2callback?code=secret-code`);
    await expect.poll(() => lines.join()).toContain("/oauth2callback");
    expect(lines.join()).not.toContain("secret-code");
  });

  it("[ECS-8] finishes the request in flight before it stops, and in the end accepts no other", async () => {
    const release = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const listener = await listen((req, res) => {
      if (req.url !== "/") return void res.end();
      arrived.resolve();
      void release.promise.then(() => res.end("done"));
    }, anywhere);
    const inFlight = fetch(`http://127.0.0.1:${listener.port}/`).then((response) => response.text());
    await arrived.promise;
    const drained = listener.drain(5_000);
    const another = () =>
      fetch(`http://127.0.0.1:${listener.port}/another`).then(
        ({ headers }) => headers.get("connection"),
        () => "refused",
      );
    expect(await another()).toBe("close");
    await expect.poll(another, { interval: 400, timeout: 5_000 }).toBe("refused");
    release.resolve();
    expect(await inFlight).toBe("done");
    expect(await drained).toBe(0);
  });

  it.each(["on a connection that was idle", "on a new connection"])(
    "[ECS-8] answers a request that is on its way when it is told to stop, %s",
    async (how) => {
      const listener = await listen((_req, res) => res.end("done"), anywhere);
      const ask = () => socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      let heard = "";
      const socket = connect(listener.port, "127.0.0.1").on("data", (chunk) => {
        heard += chunk;
      });
      if (how.endsWith("idle")) {
        ask();
        await once(socket, "data");
        heard = "";
      }
      ask();
      const drained = listener.drain(5_000);
      await once(socket, "close");
      expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\nConnection: close\r\n.*done/s);
      expect(await drained).toBe(0);
    },
  );

  it("[AWS-1] keeps an idle connection for longer than the balancer does, which would otherwise answer 502", async () => {
    const response = await fetch(`http://127.0.0.1:${await serve(undefined)}/health`);
    const seconds = /timeout=(\d+)/.exec(response.headers.get("keep-alive") ?? "")?.[1];
    expect(Number(seconds)).toBeGreaterThan(anywhere.idleTimeoutSeconds);
  });

  it("[ECS-8] [MCP-1] ends a subscription to lists that never change at once, so that no task waits for it", async () => {
    const config = { ...readConfig({ MCP_LOGIN: "none" }), host: "127.0.0.1", port: 0 };
    const starter = await startTools([], { config, log: silent, write: () => undefined });
    const response = await fetch(`http://127.0.0.1:${starter.port}/mcp`, listenRequest);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    expect(await response.text()).toContain('"resultType":"complete"');
    await starter.stop();
  });

  it("cuts off what does not finish in time, and counts it", async () => {
    const arrived = Promise.withResolvers<void>();
    const listener = await listen(() => arrived.resolve(), anywhere);
    const hanging = fetch(`http://127.0.0.1:${listener.port}/`).catch(() => "cut off");
    await arrived.promise;
    expect(await listener.drain(50)).toBe(1);
    expect(await hanging).toBe("cut off");
  });
});
