import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openReader } from "#sidecar/http/messages.ts";
import { type Front, openFront, textOf } from "./front.ts";
import { listenForTest } from "./listening.ts";

interface Behind {
  readonly port: number;
  readonly requests: { readonly headers: IncomingMessage["headers"]; readonly method: string | undefined }[];
  readonly server: Server;
}

/** Answers that no server of Node's could give. */
const raw: Readonly<Record<string, string>> = {
  "switches protocols": "101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
  "has a head of 5 MB": `200 OK\r\nx-large: ${"x".repeat(5 * 2 ** 20)}\r\n\r\n`,
  "ends in its body": "200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  "cannot count": "200 OK\r\ntransfer-encoding: chunked\r\n\r\nmany\r\n",
  "has no status": "099 Odd\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
  "is a page": "200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
};
const broken = ["breaks", "forgets", "elsewhere", "closed", "dies late", "stops", "stops midway", ...Object.keys(raw)];
const tools = ["say", "slow", "stream", "fail", ...broken];

/** A server of 2025-11-25 with sessions, written by hand: `slow` never answers, `stream` streams, `fail` reports an error. */
async function openBehind(): Promise<Behind> {
  const requests: Behind["requests"] = [];
  const server = createServer(async (req, res) => {
    if (req.url === "/healthz") return void res.writeHead(204).end();
    requests.push({ headers: req.headers, method: req.method });
    const { id, method, params } = JSON.parse((await text(req)) || "{}");
    const json = (message: object, headers: object = {}) =>
      res
        .writeHead(200, { "content-type": "application/json", "set-cookie": "a=b", ...headers })
        .end(JSON.stringify({ jsonrpc: "2.0", id, ...message }));
    if (req.method === "GET") res.writeHead(200, { "content-type": "text/event-stream" }).write(": open\n\n");
    else if (req.method !== "POST") res.writeHead(405).end();
    else if (method === "initialize") {
      const serverInfo = { name: "behind", version: "1.0.0" };
      const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
      json({ result }, { "mcp-session-id": "session-of-the-server" });
    } else if (method === "tools/list") {
      const inputSchema = { type: "object", properties: { what: { type: "string" } } };
      json({ result: { tools: tools.map((name) => ({ name, inputSchema })) } });
    } else if (id === undefined) res.writeHead(202).end();
    else if (method !== "tools/call") json({ error: { code: -32601, message: "Method not found" } });
    else if (params.name === "stream") {
      res.writeHead(200, { "content-type": "text/event-stream" });
      const result = JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "streamed" }] } });
      res.write(`event: message\r\ndata: ${result.slice(0, 20)}`);
      res.end(`${result.slice(20)}\r\n\r\n`);
    } else if (params.name === "breaks") res.writeHead(500).end();
    else if (params.name === "forgets")
      res.writeHead(200, { "content-type": "text/event-stream" }).end(": nothing\n\n");
    else if (params.name === "elsewhere") res.writeHead(307, { location: "/mcp/?a=b" }).end();
    else if (params.name === "closed") res.writeHead(401).end();
    else if (raw[params.name] !== undefined) req.socket.end(`HTTP/1.1 ${raw[params.name]}`);
    else if (params.name === "stops") res.writeHead(200, { "content-type": "application/json" }).flushHeaders();
    else if (params.name === "stops midway") res.writeHead(200, { "content-type": "application/json" }).write("{");
    else if (params.name === "dies late") setTimeout(() => req.socket.destroy(), 300);
    else if (params.name !== "slow") {
      json({ result: { content: [{ type: "text", text: "said" }], ...(params.name === "fail" && { isError: true }) } });
    }
  });
  return { port: await listenForTest(server), requests, server };
}

async function front(env: Readonly<Record<string, string>> = {}): Promise<Front & Behind> {
  const behind = await openBehind();
  const at = `http://127.0.0.1:${behind.port}`;
  const health = { MCP_UPSTREAM_HEALTH: `${at}/healthz`, MCP_UPSTREAM_HEALTH_CODES: "200-299" };
  const opened = await openFront([], { MCP_UPSTREAM: `${at}/mcp`, ...health, ...env });
  onTestFinished(async () => void (await opened.stop().catch(() => undefined)));
  return { ...behind, ...opened };
}

describe("[MCP-6] a server over HTTP, behind the sidecar", () => {
  it("answers as it would alone, and leaves a line of the audit trail and a metric for each call", async () => {
    const { connect, calls, stop } = await front();
    const client = await connect();
    for (const name of ["say", "stream", "fail"]) {
      await client.callTool({ name, arguments: { what: "content", made_up: "content" } });
    }
    await vi.waitFor(() => expect(calls).toHaveLength(3));
    expect(calls).toMatchObject([
      { tool: "say", outcome: "success", argument_names: ["what"] },
      { tool: "stream", outcome: "success" },
      { tool: "fail", outcome: "error" },
    ]);
    const metrics = await stop();
    expect(metrics.map((line) => [line["gen_ai.tool.name"], line["error.type"]])).toEqual([
      ["say", undefined],
      ["stream", undefined],
      ["fail", "tool_error"],
    ]);
    expect(JSON.stringify([calls, metrics])).not.toContain('"content"');
  });

  it("gets what is the protocol's, and no credential, cookie or word of a proxy", async () => {
    const { connect, requests, port, url } = await front();
    const secrets = { authorization: "Bearer the-token", cookie: "a=b", "x-forwarded-user": "somebody" };
    await (await connect("2025-11-25", secrets)).listTools();
    expect(JSON.stringify(requests)).not.toMatch(/the-token|cookie|x-forwarded/);
    expect(requests.at(-1)?.headers).toMatchObject({
      host: `localhost:${port}`,
      "mcp-session-id": "session-of-the-server",
      "mcp-protocol-version": "2025-11-25",
    });
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize" });
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("mcp-session-id")).toMatch(/^session-of-the-server\.[\w-]{43}$/);
  });

  it("gets the token that its entry names, also when it is asked for its tools", async () => {
    const { connect, requests, stop } = await front({ MCP_UPSTREAM_BEARER: "AUTH_TOKEN", AUTH_TOKEN: "of-the-server" });
    const client = await connect("2025-11-25", { authorization: "Bearer of-the-caller" });
    await client.callTool({ name: "say", arguments: {} });
    await stop();
    expect(new Set(requests.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer of-the-server"]));
  });

  it("has its sessions to itself: an id that this caller was not given does not exist", async () => {
    const { url, requests } = await front();
    const headers = { "content-type": "application/json", "mcp-session-id": "session-of-the-server" };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(404);
    expect(requests).toEqual([]);
  });

  it("that does not answer fails that call alone, and that is gone makes the task unhealthy", async () => {
    const { connect, calls, health, server, said, stop } = await front({ MCP_CALL_SECONDS: "1" });
    const client = await connect();
    await expect(client.callTool({ name: "slow" })).rejects.toThrow("did not answer within 1 s");
    expect(textOf(await client.callTool({ name: "say" }))).toBe("said");
    expect((await health()).status).toBe(200);
    server.closeAllConnections();
    server.close();
    await expect(client.callTool({ name: "say" })).rejects.toThrow("does not answer");
    expect(await health()).toMatchObject({ status: 503, body: { status: "unavailable", server: { healthy: false } } });
    await said("connect ECONNREFUSED");
    await vi.waitFor(() => expect(calls.map(({ outcome }) => outcome)).toEqual(["failed", "success", "failed"]));
    const faults = (await stop()).filter((line) => "mcp.server.faults" in line).map((line) => line["error.type"]);
    expect(faults).toEqual(["timeout", "unreachable"]);
  });

  it("is asked once by a client that leaves before the answer, and that call is aborted", async () => {
    const { url, calls, requests } = await front();
    const headers = { "content-type": "application/json" };
    const call = (name: string, signal?: AbortSignal) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name } });
      return fetch(url, { method: "POST", headers, body, ...(signal && { signal }) });
    };
    // Connections to the server are used again, which a server may close at any time.
    await Promise.all(Array.from({ length: 5 }, async () => (await call("say")).text()));
    await vi.waitFor(() => expect(calls).toHaveLength(5));
    const before = requests.length;
    const left = new AbortController();
    const leaving = call("slow", left.signal);
    await vi.waitFor(() => expect(requests.length).toBe(before + 1));
    left.abort();
    await expect(leaving).rejects.toThrow();
    await vi.waitFor(() => expect(calls[5]).toMatchObject({ tool: "slow", outcome: "aborted" }));
    await (await call("say")).text();
    expect(requests.length).toBe(before + 2);
  });

  it("is asked nothing that the audit trail would not have, or would have under another name", async () => {
    const { url, calls, requests } = await front();
    const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "say" } };
    const { id: _, ...nameless } = call;
    const hidden = [
      nameless,
      { ...call, id: null },
      { ...call, id: { a: 1 } },
      { ...call, Method: "ping" },
      { ...call, params: { name: "say", Name: "slow" } },
      [[call]],
      [call, call],
      "tools/call",
    ];
    for (const one of hidden) {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(one) });
      expect([one, answer.status, await answer.json()]).toMatchObject([one, 400, { error: { code: -32600 } }]);
    }
    expect(requests).toEqual([]);
    expect(calls).toEqual([]);
  });

  it.each([
    ["breaks", "failed", "The server behind answered a call with status 500 and no message for it."],
    ["forgets", "failed", "The server behind answered a call with status 200 and no message for it."],
    ["is a page", "failed", "The server behind answered a call with status 200 and no message for it."],
    ["switches protocols", "failed", "The server behind did not answer: it switches to another protocol."],
    ["has a head of 5 MB", "failed", "The server behind did not answer: Parse Error: Header overflow."],
    ["has no status", "failed", "The server behind did not answer: its status is 99."],
    ["ends in its body", "failed", "The server behind did not answer: aborted."],
    ["cannot count", "failed", "The server behind did not answer: aborted."],
    ["elsewhere", "failed", 'The server behind speaks MCP elsewhere: set sidecar.path of the entry to "/mcp/".'],
    ["closed", "failed", "The server behind asks for a token of its own"],
    ["dies late", "failed", "The server behind did not answer: socket hang up."],
    ["stops", "failed", "The server behind began an answer, and sent no more of it for 1 s."],
    ["stops midway", "failed", "The server behind began an answer, and sent no more of it for 1 s."],
  ])("that %s is asked once, and its call is no success", async (name, outcome, line) => {
    const env = { MCP_METRICS_NAMESPACE: "mcp-fleet", MCP_CALL_SECONDS: "1" };
    const { url, calls, requests, lines, said, stop } = await front(env);
    const call = async (tool: string) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool } });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(url, { method: "POST", headers, body });
      await answer.text().catch(() => undefined);
    };
    // The connection to the server is used again.
    await call("say");
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    const before = requests.length;
    await call(name);
    await vi.waitFor(() => expect(calls[1]).toMatchObject({ tool: name, outcome }));
    expect(requests.length).toBe(before + 1);
    await said(line);
    expect(lines.filter(({ level }) => level === "error")).toHaveLength(1);
    expect((await stop()).filter((metric) => "mcp.server.faults" in metric)).toMatchObject([
      { "mcp.server.faults": 1 },
    ]);
  });

  it("is asked by each caller as often as the map allows, and no more", async () => {
    const { connect, url } = await front({ MCP_CALLS_PER_MINUTE: "5" });
    await (await connect()).listTools();
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const ask = () => fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const answers = await Promise.all(Array.from({ length: 5 }, ask));
    const refused = answers.find(({ status }) => status === 429);
    expect(await refused?.json()).toMatchObject({ error: { message: expect.stringContaining("5 requests a minute") } });
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("is asked as often by a batch as by what is in it", async () => {
    const { url, requests } = await front({ MCP_CALLS_PER_MINUTE: "10" });
    const statusOf = async (count: number) => {
      const body = JSON.stringify(Array.from({ length: count }, (_, id) => ({ jsonrpc: "2.0", id, method: "ping" })));
      const headers = { "content-type": "application/json" };
      return (await fetch(url, { method: "POST", headers, body })).status;
    };
    expect(await statusOf(12)).toBe(400);
    expect(await statusOf(8)).toBe(202);
    expect(await statusOf(8)).toBe(429);
    expect(requests).toHaveLength(1);
  });

  it("[ECS-8] that streams news ends the stream when the task stops, and is not waited for", async () => {
    const { url, lines, stop } = await front();
    const stream = await fetch(url, { headers: { accept: "text/event-stream" } });
    await stop();
    expect(await stream.text()).toBe(": open\n\n");
    expect(lines.at(-1)).toMatchObject({ message: "Stopped.", cut_off: 0 });
  });
});

it("[ECS-8] a connection on which nothing was asked does not make a stop wait", async () => {
  const { url, stop } = await front({ MCP_DRAIN_SECONDS: "600" });
  const silent = connect(Number(url.port), "127.0.0.1");
  await once(silent, "connect");
  await fetch(new URL("/health", url));
  const closed = once(silent, "close");
  await stop();
  await closed;
});

it("[MCP-6] names every setting that is missing or wrong, with its remedy", async () => {
  const wrong = openFront([], {
    MCP_UPSTREAM: "http://other.example.com/mcp",
    MCP_CALLS_PER_MINUTE: "many",
    PORT: "x",
  });
  await expect(wrong).rejects.toThrow(/PORT is "x".*MCP_CALLS_PER_MINUTE is "many".*MCP_UPSTREAM is.*on loopback/s);
  await expect(openFront([])).rejects.toThrow("for one that speaks stdio, name its program and arguments");
});

it("[MCP-6] finds the messages of a stream, however it is cut", () => {
  const events = [
    'event: message\r\ndata: {"id":1}\r\n\r\n',
    ": keepalive\n\n",
    'data: {"id":2,\ndata: "result":{}}\n\n',
  ];
  const stream = Buffer.from(events.join(""));
  for (let size = 1; size <= stream.length; size++) {
    const ids: unknown[] = [];
    const reader = openReader("text/event-stream", ({ id }) => void ids.push(id));
    for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
    reader.end();
    expect([size, ids]).toEqual([size, [1, 2]]);
  }
});
