import type { RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { probe } from "#probe/probe.ts";
import type { Era } from "#probe/reading.ts";
import { closeServers, mcpServer, serve } from "./servers.ts";

afterEach(closeServers);

const look = async (listener: RequestListener, era?: Era) =>
  probe(fetch, { key: "example", url: await serve(listener) }, era);
const tools = [{ name: "add", description: "Adds two numbers" }];
const answering =
  (status: number, body = "", headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);
const saying = (message: object): RequestListener =>
  answering(200, JSON.stringify(message), { "content-type": "application/json" });

describe("a probe", () => {
  it("[REL-3] finds the tools of a server that speaks the newest revision, and asks what it spoke last time first", async () => {
    const said: string[] = [];
    const listener = mcpServer(
      () => tools,
      (method) => said.push(method),
    );
    expect(await look(listener)).toMatchObject({
      state: "up",
      era: "modern",
      tools: [{ name: "add", description: "Adds two numbers", shape: expect.stringContaining('"text"') }],
    });
    expect(said).toEqual(["server/discover", "tools/list"]);
    said.length = 0;
    expect(await look(listener, "legacy")).toMatchObject({ state: "up", era: "legacy", tools: [{ name: "add" }] });
    expect(said).toEqual(["initialize", "notifications/initialized", "tools/list"]);
  });

  it("[REL-3] goes back to initialize where that is all a server knows, and leaves no session there", async () => {
    const calls: string[] = [];
    const reading = await look(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { method = "", id } = body === "" ? {} : JSON.parse(body);
      calls.push(`${method || request.method} ${request.headers["mcp-session-id"] ?? "-"}`);
      const json = (result: object) => {
        response.setHeader("content-type", "text/event-stream");
        // A log message comes before the answer, and the stream stays open behind it.
        response.write(`data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n`);
        response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", id, result })}\n\n`);
      };
      switch (method) {
        case "initialize":
          response.setHeader("mcp-session-id", "s1");
          return json({ protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: {} });
        case "tools/list":
          return json({ tools });
        default:
          response.writeHead(method === "server/discover" ? 400 : 202).end();
      }
    });
    expect(reading).toMatchObject({ state: "up", era: "legacy", tools: [{ name: "add" }] });
    expect(calls).toEqual([
      "server/discover -",
      "initialize -",
      "notifications/initialized s1",
      "tools/list s1",
      "DELETE s1",
    ]);
  });

  const wantsLogin =
    (resource: (origin: string) => string): RequestListener =>
    ({ url, headers }, response) => {
      const origin = `http://${headers.host}`;
      if (url === "/mcp") {
        response.writeHead(401, {
          "www-authenticate": `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`,
        });
        return response.end();
      }
      return response.end(JSON.stringify({ resource: resource(origin), authorization_servers: [origin] }));
    };

  it("[REL-3] takes a login for an answer where the 401 leads to metadata that names the service", async () => {
    expect(await look(wantsLogin((origin) => `${origin}/mcp`))).toMatchObject({ state: "login" });
    expect(await look(wantsLogin(() => "https://elsewhere.example/mcp"))).toMatchObject({
      state: "down",
      reason: expect.stringContaining("its metadata is about https://elsewhere.example/mcp, which clients refuse"),
    });
  });

  it.each<[string, RequestListener, RegExp]>([
    ["that fails behind a health check that does not", answering(500), /^answers 500 to initialize$/],
    ["that has no task", answering(503), /^answers 503 to initialize$/],
    ["that shows a page", answering(200, "<html>Welcome</html>"), /^answers, but not as an MCP server$/],
    [
      "that sends its clients elsewhere",
      answering(302, "", { location: "https://elsewhere.example/" }),
      /^answers 302/,
    ],
    ["that breaks off", ({ socket }) => socket.destroy(), /^does not answer: UND_ERR_SOCKET$/],
    ["whose stream ends early", answering(200, "", { "content-type": "text/event-stream" }), /ends its stream/],
    [
      "whose login is elsewhere",
      answering(401, "", { "www-authenticate": 'Bearer resource_metadata="https://169.254.169.254/latest"' }),
      /it leads to https:\/\/169\.254\.169\.254, away from/,
    ],
    [
      "whose errors are all it says",
      saying({ jsonrpc: "2.0", id: 1, error: { code: -32_601, message: "x" } }),
      /^answers error -32601 to initialize$/,
    ],
    [
      "that answers without end",
      (_request, response) => {
        response.setHeader("content-type", "application/json");
        const more = () => {
          while (!response.destroyed && response.write("a".repeat(65_536)));
        };
        response.on("drain", more);
        more();
      },
      /answers more than 2 MB/,
    ],
    [
      "whose list of tools has no end",
      (request, response) => {
        let body = "";
        request.on("data", (chunk) => {
          body += chunk;
        });
        request.on("end", () => {
          const { id, method } = JSON.parse(body);
          const result = method === "tools/list" ? { tools, nextCursor: "more" } : { capabilities: { tools: {} } };
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
        });
      },
      /on more than 20 pages/,
    ],
  ])("[REL-3] says why a service is down %s", async (_, listener, reason) => {
    expect(await look(listener)).toMatchObject({ state: "down", reason: expect.stringMatching(reason) });
  });

  it("[REL-3] asks again where a connection from the last round has ended meanwhile", async () => {
    let calls = 0;
    const listener = mcpServer(() => tools);
    expect(
      await look((request, response) => {
        calls += 1;
        if (calls === 1) request.socket.destroy();
        else listener(request, response);
      }),
    ).toMatchObject({ state: "up" });
  });
});
