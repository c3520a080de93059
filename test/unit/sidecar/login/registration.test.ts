import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asJson, type Door, openDoor } from "./door.ts";
import { authorizePath, consentTo, exchange, metadata, registerClient, verifier } from "./visitor.ts";

let door: Door;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door.close());

const registering = (changed: Readonly<Record<string, unknown>>) =>
  door.ask("/register", asJson({ ...metadata, ...changed }));

describe("a registration", () => {
  it.each([
    ["plain http elsewhere", ["http://evil.example/cb"]],
    ["the address of every interface", ["http://0.0.0.0/cb"]],
    ["a file", ["file:///etc/passwd"]],
    ["an app's scheme", ["intent://cb"]],
    ["a blob", ["blob:https://evil.example/1"]],
    ["a script", ["javascript:alert(1)"]],
    ["a fragment", ["https://client.example/cb#here"]],
    ["an empty fragment", ["https://client.example/cb#"]],
    ["user info", ["https://user@client.example/cb"]],
    ["an empty user", ["https://@client.example/cb"]],
    ["a user behind a third slash", ["https:///user@client.example/cb"]],
    ["no host before a third slash", ["https:///client.example/cb"]],
    ["a wildcard host", ["https://*.evil.example/cb"]],
    ["a wildcard host, encoded", ["https://%2a.evil.example/cb"]],
    ["a name that begins as this machine's", ["http://localhost.evil.example/cb"]],
    ["one bad among good ones", ["https://client.example/cb", "http://evil.example/cb"]],
    ["no slashes", ["https:client.example/cb"]],
    ["a blank", [" https://client.example/cb"]],
    ["a line break", ["https://cli\nent.example/cb"]],
    ["a backslash", ["https://client.example\\@evil.example/cb"]],
    ["letters that look like others", ["https://\u0430pple.example/cb"]],
    ["a port that is none", ["http://localhost:99999/cb"]],
    ["an address of this machine in IPv6's clothes", ["http://[::ffff:127.0.0.1]/cb"]],
    ["an empty list", []],
    ["more than ten", Array.from({ length: 11 }, (_, at) => `https://client.example/${at}`)],
    ["no list", "https://client.example/cb"],
    ["a very long one", [`https://client.example/${"a".repeat(2_000)}`]],
    ["several long ones", Array.from({ length: 4 }, (_, at) => `https://client.example/${at}${"a".repeat(1_000)}`)],
  ])("[MCP-2] with %s is refused", async (_, redirect_uris) => {
    const { status, body } = await registering({ redirect_uris });
    expect([status, JSON.parse(body)]).toEqual([400, expect.objectContaining({ error: "invalid_redirect_uri" })]);
  });

  it.each([
    "https://claude.ai/api/mcp/auth_callback",
    "http://localhost:33418/callback",
    "http://127.0.0.1/cb?with=query",
    "http://[::1]:8080/cb",
  ])("[MCP-2] with %s is taken", async (uri) => {
    expect((await registering({ redirect_uris: [uri] })).status).toBe(201);
  });

  it("[MCP-2] is held to the operator's list, in which * stands for a port, a label or a path", async () => {
    const fenced = await openDoor(["HTTPS://Claude.ai/api/*", "http://localhost:*/callback", "https://*.example.com"]);
    const statusOf = async (uri: string) =>
      (await fenced.ask("/register", asJson({ ...metadata, redirect_uris: [uri] }))).status;
    expect(await statusOf("https://claude.ai/api/mcp/auth_callback")).toBe(201);
    expect(await statusOf("http://localhost:4711/callback")).toBe(201);
    expect(await statusOf("https://one.example.com/any/where")).toBe(201);
    for (const uri of [
      "https://claude.ai/else",
      "https://claude.ai/api/../else",
      "https://claude.ai/api/%2e%2e/else",
      "http://localhost:4711/callback/else",
      "https://one.two.example.com/cb",
      "https://evil.example/api/https://claude.ai/api/x",
      "https://claude.ai.evil.example/api/x",
      "https://evil-example.com",
    ])
      expect(await statusOf(uri), uri).toBe(400);
    await fenced.close();
  });

  it("[MCP-2] of more than 10 kB is refused unread", async () => {
    const { status, body } = await registering({ client_uri: "a".repeat(98_000) });
    expect([status, JSON.parse(body).error]).toEqual([413, "invalid_request"]);
  });

  it("[MCP-2] costs a budget of its address, and no other's", async () => {
    const from = (address: string) =>
      door.ask("/register", asJson(metadata, { "x-forwarded-for": `203.0.113.9, ${address}` }));
    const answers = [];
    for (let time = 0; time < 121; time++) answers.push((await from("198.51.100.7")).status);
    expect(answers.filter((status) => status === 201)).toHaveLength(120);
    expect(answers.at(-1)).toBe(429);
    expect((await from("198.51.100.8")).status).toBe(201);
  });

  it.each([
    ["client_secret_basic", { token_endpoint_auth_method: "client_secret_basic" }],
    ["client_secret_post", { token_endpoint_auth_method: "client_secret_post" }],
    ["no named method", { token_endpoint_auth_method: undefined }],
  ])("[MCP-2] with %s yields a secret that works at /token, by the header and in the form", async (_, changed) => {
    const { client_id, client_secret = "" } = await registerClient(door, changed);
    const basic = { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString("base64")}` };
    const redeem = async (more: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) => {
      const code = (await consentTo(door, authorizePath(client_id))).searchParams.get("code") ?? "";
      const fields = { grant_type: "authorization_code", code, code_verifier: verifier, ...more };
      return (await exchange(door, fields, headers)).status;
    };
    expect(await redeem({}, basic)).toBe(200);
    expect(await redeem({ client_id, client_secret })).toBe(200);
    expect(await redeem({ client_id })).toBe(401);
    expect(await redeem({ client_id, client_secret: "wrong" })).toBe(401);
    expect(await redeem({ client_id, client_secret }, basic)).toBe(400);
  });

  it("[MCP-2] asking for more than this server can do is told what it got", async () => {
    const { status, body } = await registering({
      grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
      response_types: ["code", "token"],
    });
    expect([status, JSON.parse(body)]).toEqual([
      201,
      expect.objectContaining({ grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] }),
    ]);
  });

  it("[MCP-2] asking for what this server cannot do is refused", async () => {
    for (const changed of [
      { token_endpoint_auth_method: "private_key_jwt" },
      { grant_types: ["client_credentials"] },
      { response_types: ["token"] },
      { client_name: 7 },
    ]) {
      const { status, body } = await registering(changed);
      expect([status, JSON.parse(body).error]).toEqual([400, "invalid_client_metadata"]);
    }
  });
});
