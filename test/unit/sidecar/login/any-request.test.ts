import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import fc from "fast-check";
import * as v from "valibot";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readJsonText } from "#sidecar/server/body.ts";
import { type Answer, type Asked, asForm, asJson, type Door, host, openDoor } from "./door.ts";
import { authorizePath, logIn, metadata, ping, registerClient } from "./visitor.ts";

let door: Door;
let token: string;
let client: string;
beforeAll(async () => {
  door = await openDoor();
  token = (await logIn(door)).access_token;
  client = (await registerClient(door)).client_id;
});
afterAll(() => door.close());

const JsonRpc = v.object({ jsonrpc: v.literal("2.0"), error: v.object({ code: v.number(), message: v.string() }) });
const OAuth = v.object({ error: v.string(), error_description: v.string() });

/** What a mistake looks like depends on whom the route talks to: an MCP client, an OAuth client or a person. */
function expectShape(path: string, { status, body, headers }: Answer): void {
  if (status < 400 || body === "") return;
  const type = String(headers["content-type"]);
  if (path === "/mcp") expect(v.safeParse(JsonRpc, JSON.parse(body)).issues).toBeUndefined();
  else if (["/register", "/token", "/revoke"].includes(path)) {
    expect(v.safeParse(OAuth, JSON.parse(body)).issues).toBeUndefined();
  } else expect(type).toMatch(/^(text\/html|application\/json)/);
}

const routes = [
  ...["/mcp", "/register", "/token", "/revoke", "/authorize", "/consent", "/oauth2callback", "/health"],
  ...["/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/mcp", "/elsewhere"],
];

const header = fc.record(
  {
    "content-type": fc.constantFrom(
      ...[
        "application/json",
        "application/x-www-form-urlencoded",
        "application/json; charset=koi8-r",
        "text/plain",
        "",
      ],
      ...[
        "application/x-www-form-urlencoded; charset=koi8-r",
        "multipart/form-data; boundary=x",
        ";;;",
        "a/b; charset",
      ],
    ),
    "content-encoding": fc.constantFrom("gzip", "foo", "identity", "br", "deflate"),
    accept: fc.constantFrom("application/json, text/event-stream", "*/*", "text/html", "", "application/json"),
    authorization: fc.constantFrom(
      "Basic",
      "Basic !!!",
      "Basic Og==",
      "Bearer",
      "Bearer x",
      "Bearer {token}",
      "Basic JTo=",
    ),
    origin: fc.constantFrom("https://claude.ai", "null", "https://evil.example", "::"),
    host: fc.constantFrom("google.mcp.example.com", "localhost", "evil.example", "[", "a b", ""),
    "mcp-protocol-version": fc.constantFrom("2026-07-28", "2025-11-25", "1", "2099-01-01"),
    "mcp-method": fc.constantFrom("ping", "tools/call", "server/discover", "=?base64?x?="),
    "mcp-name": fc.constantFrom("add", "=?base64?!?=", ""),
    "mcp-session-id": fc.constantFrom("x"),
    cookie: fc.constantFrom("__Host-mcp-login=", "=;=;", "a"),
    "x-forwarded-for": fc.constantFrom("203.0.113.1", "not an address", ",,,", "::1"),
    "access-control-request-headers": fc.constantFrom("x", "a,b"),
  },
  { requiredKeys: [] },
);

const envelope = fc.record(
  {
    jsonrpc: fc.constantFrom("2.0", "1.0", 2),
    id: fc.constantFrom<unknown>(1, "a", null, {}, 1.5),
    method: fc.constantFrom<unknown>(
      "ping",
      "tools/call",
      "tools/list",
      "initialize",
      "server/discover",
      "nonsense",
      7,
    ),
    params: fc.oneof(
      fc.jsonValue(),
      fc.record({ name: fc.jsonValue(), arguments: fc.jsonValue(), _meta: fc.jsonValue() }, { requiredKeys: [] }),
      fc.constant({ _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } }),
    ),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  envelope.map((message) => JSON.stringify(message)),
  fc.array(envelope, { maxLength: 3 }).map((messages) => JSON.stringify(messages)),
  fc.json(),
  fc.string(),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .dictionary(
      fc.constantFrom(
        ...["client_id", "redirect_uri", "response_type", "code_challenge", "code_challenge_method", "state"],
        ...[
          "grant_type",
          "code",
          "code_verifier",
          "refresh_token",
          "token",
          "id",
          "decision",
          "resource",
          "client_secret",
        ],
      ),
      fc.oneof(
        fc.string(),
        fc.constantFrom("code", "S256", "refresh_token", "authorization_code", "{client}", "allow"),
      ),
    )
    .map((fields) => new URLSearchParams(fields).toString()),
);

it("[MCP-9] no request of a stranger is answered as a failure of ours, on any route", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.constantFrom("", "?", "?code=x&state=y", "?a=%", "?%FF=%FE", "?client_id=a&client_id=b", "/", "//", "/%"),
      fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"),
      header,
      body,
      async (path, tail, method, headers, sent) => {
        const filled = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, value.replace("{token}", token)]),
        );
        const asked: Asked = {
          method,
          headers: filled,
          body: typeof sent === "string" ? sent.replace("%7Bclient%7D", client) : sent,
        };
        const answer = await door.ask(`${path}${tail}`, asked);
        expect(answer.status).toBeLessThan(500);
        if (tail === "" || tail.startsWith("?")) expectShape(path, answer);
      },
    ),
    { numRuns: 500 },
  );
});

const form = { "content-type": "application/x-www-form-urlencoded" };
const large = "a".repeat(2_000_000);
const many = new URLSearchParams(Array.from({ length: 2_000 }, (_, at): [string, string] => [`p${at}`, ""]));

it.each<[string, number, string, Asked]>([
  ["JSON that is none", 400, "/register", { ...asJson(null), body: "{" }],
  ["2 MB", 413, "/register", asJson({ ...metadata, more: large })],
  ["another charset", 415, "/register", asJson(metadata, { "content-type": "application/json; charset=koi8-r" })],
  ["an unknown encoding", 415, "/register", asJson(metadata, { "content-encoding": "foo" })],
  ["broken gzip", 415, "/register", asJson(metadata, { "content-encoding": "gzip" })],
  ["a form", 415, "/register", asForm({ a: "b" })],
  ["2 MB", 413, "/token", asForm({ code: large })],
  ["another charset", 415, "/token", asForm({}, { "content-type": `${form["content-type"]}; charset=koi8-r` })],
  ["an unknown encoding", 415, "/token", asForm({}, { "content-encoding": "foo" })],
  ["broken gzip", 415, "/token", asForm({}, { "content-encoding": "gzip" })],
  ["JSON", 415, "/token", asJson({})],
  ["2,000 parameters", 413, "/token", { method: "POST", headers: form, body: many.toString() }],
  ["no grant type", 401, "/token", asForm({})],
  ["GET", 405, "/token", {}],
  ["PUT", 405, "/register", { method: "PUT" }],
  ["2 MB", 413, "/consent", asForm({ id: large })],
  ["60 parameters", 400, "/consent", { method: "POST", headers: form, body: many.toString().slice(0, 300) }],
  ["another charset", 415, "/consent", asForm({}, { "content-type": `${form["content-type"]}; charset=koi8-r` })],
  ["DELETE", 405, "/authorize", { method: "DELETE" }],
])("[MCP-9] %s is answered with %i at %s", async (_, status, path, asked) => {
  const answer = await door.ask(path, asked);
  expect(answer.status).toBe(status);
  expectShape(path, answer);
});

it.each(["/register", "/token", "/revoke", "/consent", "/authorize", "/mcp"])(
  "[MCP-9] a body that is too large is refused at %s before all of it has come",
  async (path) => {
    const type = ["/register", "/mcp"].includes(path) ? "application/json" : form["content-type"];
    const headers = { "content-type": type, authorization: `Bearer ${token}`, host };
    const declared = await door.begin(path, { ...headers, "content-length": "50000000" }, "");
    expect(declared.status).toBe(413);
    expectShape(path, declared);
    expect((await door.begin(path, { ...headers, "transfer-encoding": "chunked" }, large.repeat(3))).status).toBe(413);
  },
);

it.each<[string, number, (token: string) => Asked]>([
  ["JSON that is none", 400, (key) => ({ ...ping(key), body: "{" })],
  ["5 MB", 413, (key) => ({ ...ping(key), body: "1".repeat(5_000_000) })],
  [
    "5 MB in chunks",
    413,
    (key) => ({
      ...ping(key),
      body: "1".repeat(5_000_000),
      headers: { ...ping(key).headers, "transfer-encoding": "chunked" },
    }),
  ],
  ["a form", 415, (key) => asForm({}, { authorization: `Bearer ${key}` })],
  [
    "another charset",
    415,
    (key) => asJson({}, { authorization: `Bearer ${key}`, "content-type": "application/json; charset=koi8-r" }),
  ],
  ["gzip", 415, (key) => asJson({}, { authorization: `Bearer ${key}`, "content-encoding": "gzip" })],
  [
    "a client that takes no answer",
    406,
    (key) => asJson({ jsonrpc: "2.0", id: 1, method: "ping" }, { authorization: `Bearer ${key}`, accept: "text/html" }),
  ],
  [
    "a batch in a revision without them",
    400,
    (key) =>
      asJson([{ jsonrpc: "2.0", id: 1, method: "ping" }], {
        ...ping(key).headers,
        "mcp-protocol-version": "2025-11-25",
      }),
  ],
  ["GET", 405, (key) => ({ headers: { authorization: `Bearer ${key}` } })],
  ["100,000 brackets", 400, (key) => ({ ...ping(key), body: "[".repeat(100_000) + "]".repeat(100_000) })],
])("[MCP-9] %s is answered with %i at /mcp", async (_, status, asked) => {
  const answer = await door.ask("/mcp", asked(token));
  expect(answer.status).toBe(status);
  expectShape("/mcp", answer);
});

it("[MCP-9] a body in pieces of one byte is read as it was sent", async () => {
  const text = JSON.stringify({
    jsonrpc: "2.0",
    id: "ü€𝄞",
    method: "ping",
    params: { _meta: { x: "ä".repeat(100_000) } },
  });
  const req = new IncomingMessage(new Socket());
  req.headers = { "content-type": "application/json" };
  const read = readJsonText(req);
  for (const byte of Buffer.from(text)) req.push(Buffer.of(byte));
  req.push(null);
  expect(await read).toBe(text);
});

it("[MCP-9] nothing is below /mcp", async () => {
  expect((await door.ask("/mcp/below", ping(token))).status).toBe(404);
  expect((await door.ask("/mcp/", ping(token))).status).toBe(200);
});

it("[MCP-9] a client that registered is asked again on a page, whatever it sends", async () => {
  expect((await door.ask(authorizePath(client))).status).toBe(200);
});
