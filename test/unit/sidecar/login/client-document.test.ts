import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import { listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { generate } from "selfsigned";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openClientDocuments } from "#sidecar/login/client-document.ts";
import { isPublicAddress } from "#sidecar/login/public-address.ts";

let server: Server;
let ca: string;
let origin: string;
let answer: RequestListener;
let asked: number;
let now: number;

beforeAll(async () => {
  const certificate = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  ca = certificate.cert;
  server = createServer({ key: certificate.private, cert: certificate.cert }, (req, res) => {
    asked += 1;
    answer(req, res);
  });
  origin = `https://localhost:${await listenOnLoopback(server)}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = 0;
  now = 0;
  answer = sends({});
});

const document = (changed: Readonly<Record<string, unknown>>) => ({
  client_id: `${origin}/client.json`,
  client_name: "Claude",
  redirect_uris: ["https://claude.ai/api/mcp/auth_callback"],
  ...changed,
});
const sends =
  (changed: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, res) =>
    res.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(document(changed)));

/** The machine's own address stands for a public one. */
const open = () => openClientDocuments([], { isAllowed: (address) => address === "127.0.0.1", ca }, () => now);
const read = (path = "/client.json") => open().read(`${origin}${path}`);
const refusal = (message: RegExp) =>
  expect.objectContaining({ code: "invalid_client", message: expect.stringMatching(message) });

describe("a client's metadata document", () => {
  it("[MCP-2] says who the client is", async () => {
    expect(await read()).toEqual({
      client_id: `${origin}/client.json`,
      client_name: "Claude",
      redirect_uris: ["https://claude.ai/api/mcp/auth_callback"],
      token_endpoint_auth_method: "none",
    });
  });

  // https://vscode.dev/oauth/client-metadata.json and https://chatgpt.com/oauth/client.json are such documents.
  it.each([
    ["more grants than this server has", { grant_types: ["authorization_code", "refresh_token", "urn:device_code"] }],
    [
      "a key, and that it does without",
      {
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
      },
    ],
    ["an app's scheme among its addresses", { redirect_uris: ["cursor://callback", "https://claude.ai/cb"] }],
  ])("[MCP-2] may name what other servers can do: %s", async (_, changed) => {
    answer = sends(changed);
    const { redirect_uris, token_endpoint_auth_method } = await read();
    expect([redirect_uris.map((uri) => new URL(uri).host), token_endpoint_auth_method]).toEqual([
      ["claude.ai"],
      "none",
    ]);
  });

  it.each<[string, RequestListener, RegExp]>([
    [
      "about another address",
      (req, res) => sends({ client_id: "https://other.example/c" })(req, res),
      /its own address/,
    ],
    ["with a secret", (req, res) => sends({ client_secret: "s" })(req, res), /no secret/],
    [
      "with another way to authenticate",
      (req, res) => sends({ token_endpoint_auth_method: "client_secret_post" })(req, res),
      /no secret/,
    ],
    [
      "elsewhere",
      (_, res) => res.writeHead(302, { location: "https://169.254.169.254/" }).end(),
      /redirects are not followed/,
    ],
    ["that is not found", (_, res) => res.writeHead(404).end(), /not 404/],
    ["that is a page", (_, res) => res.writeHead(200, { "content-type": "text/html" }).end("{}"), /application\/json/],
    [
      "without an end",
      (_, res) => void res.writeHead(200, { "content-type": "application/json" }).end(" ".repeat(20_000)),
      /10000 bytes/,
    ],
    [
      "that is no JSON",
      (_, res) => void res.writeHead(200, { "content-type": "application/json" }).end("{"),
      /JSON object/,
    ],
  ])("[MCP-2] %s is refused", async (_, answers, message) => {
    answer = answers;
    await expect(read()).rejects.toEqual(refusal(message));
  });

  it("[MCP-2] is held to the rules of a registration", async () => {
    answer = sends({ redirect_uris: ["http://evil.example/cb"] });
    await expect(read()).rejects.toMatchObject({ code: "invalid_redirect_uri" });
  });

  it("[MCP-2] is kept as long as its server says, and what is wrong is not kept", async () => {
    const documents = open();
    answer = sends({}, { "cache-control": "max-age=600" });
    const get = () => documents.read(`${origin}/client.json`).catch(() => "refused");
    await Promise.all([get(), get(), get()]);
    now = 599_000;
    await get();
    expect(asked).toBe(1);
    now = 601_000;
    answer = (_, res) => res.writeHead(500).end();
    expect(await get()).toBe("refused");
    answer = sends({}, { "cache-control": "no-store" });
    expect(await get()).toMatchObject({ client_name: "Claude" });
    await get();
    expect(asked).toBe(4);
    answer = sends({}, { "cache-control": "max-age=9999999" });
    await get();
    now += 24 * 3_600_000 - 1;
    await get();
    expect(asked).toBe(5);
    now += 1;
    await get();
    expect(asked).toBe(6);
  });

  it.each([
    ...[
      "",
      "/",
      "/client.json#part",
      "/client.json#",
      "/a/../client.json",
      "/a/./client.json",
      "/a/%2e%2e/client.json",
    ],
    ...["/a/.%2E/client.json", "/a\\client.json", "/client.json ", "/cli\tent.json", "/a/.."],
  ])("[MCP-2] does not lie at %j", async (path) => {
    await expect(read(path)).rejects.toEqual(refusal(/its address is https with a path/));
    expect(asked).toBe(0);
  });

  it("[MCP-2] does not lie behind a user, with a name or none", async () => {
    for (const user of ["user@", "@", ":@", "user:password@"]) {
      await expect(open().read(`${origin.replace("//", `//${user}`)}/client.json`)).rejects.toEqual(refusal(/a user/));
    }
    expect(asked).toBe(0);
  });

  it("[MCP-2] may lie where an @ or a dot is part of a name", async () => {
    const path = "/@scope/.client/..json";
    answer = (req, res) => sends({ client_id: `${origin}${path}` })(req, res);
    expect((await read(path)).client_id).toBe(`${origin}${path}`);
  });

  it("[MCP-2] is not fetched from an address that is not public, by name or number", async () => {
    const documents = openClientDocuments([], { isAllowed: isPublicAddress, ca });
    for (const id of [
      `${origin}/client.json`,
      `${origin.replace("localhost", "127.0.0.1")}/client.json`,
      `${origin.replace("localhost", "[::1]")}/client.json`,
      "https://169.254.170.2/v2/credentials",
      "https://0x7f.1/client.json",
      "https://2130706433/client.json",
    ])
      await expect(documents.read(id)).rejects.toEqual(refusal(/public internet/));
    expect(asked).toBe(0);
  });
});

it.each([
  ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1", "192.168.1.1", "224.0.0.1"],
  ...["255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "fc00::1", "fe80::1"],
  ...["ff02::1", "2002:7f00:1::", "2001:0:1::", "2001:db8::1", "not an address"],
])("[MCP-2] %s is not a public address", (address) => expect(isPublicAddress(address)).toBe(false));

it.each(["8.8.8.8", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])("[MCP-2] %s is a public address", (address) =>
  expect(isPublicAddress(address)).toBe(true),
);
