import { describe, expect, it } from "vitest";
import { readLoginMetadata, readServerMetadata } from "#evidence/login-metadata.ts";

const endpoints = {
  authorization_endpoint: "https://id.example/authorize",
  token_endpoint: "https://id.example/token",
};

/** A server with these documents, by their paths. */
const serving =
  (documents: Readonly<Record<string, unknown>>): typeof fetch =>
  async (input) => {
    const document = documents[new URL(String(input)).pathname];
    return document === undefined ? new Response("not here", { status: 404 }) : Response.json(document);
  };
const read = (issuer: string, documents: Readonly<Record<string, unknown>>) =>
  readServerMetadata(serving(documents), new URL(issuer));

describe("the metadata of an authorization server", () => {
  it.each([
    ["https://id.example", "/.well-known/oauth-authorization-server", "https://id.example"],
    ["https://id.example", "/.well-known/oauth-authorization-server", "https://id.example/"],
    ["https://id.example/tenant", "/.well-known/oauth-authorization-server/tenant", "https://id.example/tenant"],
    ["https://id.example/tenant", "/.well-known/openid-configuration/tenant", "https://id.example/tenant"],
    ["https://id.example/tenant/", "/tenant/.well-known/openid-configuration", "https://id.example/tenant/"],
  ])("[MCP-3] of %s is found at %s", async (asked, path, issuer) => {
    expect(await read(asked, { [path]: { issuer, ...endpoints } })).toMatchObject({ kind: "found" });
  });

  const path = "/.well-known/oauth-authorization-server";

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["is nowhere", {}, /oauth-authorization-server answers 404/],
    ["is about another", { [path]: { issuer: "https://other.example", ...endpoints } }, /is about https:\/\/other\./],
    ["names no way to log in", { [path]: { issuer: "https://id.example" } }, /lacks authorization_endpoint/],
    ["is no object", { [path]: "hello" }, /lacks an object/],
    [
      "has PKCE of the plain kind alone",
      { [path]: { issuer: "https://id.example", ...endpoints, code_challenge_methods_supported: ["plain"] } },
      /lacks S256 among its code_challenge_methods_supported/,
    ],
  ])("[MCP-3] keeps everybody out where it %s", async (_, documents, problem) => {
    const answer = await read("https://id.example", documents);
    expect(answer).toEqual({ kind: "broken", problem: expect.stringMatching(problem) });
  });
});

describe("the metadata that a 401 leads to", () => {
  const mcp = new URL("https://notes.example/mcp");
  const root = "/.well-known/oauth-protected-resource";
  const resource = { resource: mcp.href, authorization_servers: ["https://id.example"] };

  /** A server that looks at a request's form before it asks who sent it. */
  const follow = (documents: Readonly<Record<string, unknown>>, challenge = "Bearer") =>
    readLoginMetadata(async (input, init) => {
      if (new URL(String(input)).pathname !== "/mcp") return serving(documents)(input, init);
      const accepts = new Headers(init?.headers).get("accept") ?? "";
      if (!accepts.includes("text/event-stream")) return new Response("Not Acceptable", { status: 406 });
      if (!String(init?.body).includes('"jsonrpc"')) return new Response("Bad Request", { status: 400 });
      return new Response("", { status: 401, headers: { "www-authenticate": challenge } });
    }, mcp);

  it.each([
    [`Bearer resource_metadata="https://notes.example${root}/mcp"`, `${root}/mcp`],
    [`Bearer error="invalid_token", resource_metadata=https://notes.example${root}/x, scope="a"`, `${root}/x`],
    ["Bearer", `${root}/mcp`],
    ["Bearer", root],
  ])("[MCP-3] is found by %s at %s", async (challenge, path) => {
    const found = { kind: "found", servers: ["https://id.example"], url: new URL(path, mcp) };
    expect(await follow({ [path]: resource }, challenge)).toMatchObject(found);
  });

  it.each([
    ["is nowhere", {}, /oauth-protected-resource answers 404/],
    [
      "names no address of a server",
      { [root]: { ...resource, authorization_servers: ["id.example"] } },
      /no authorization server by its address/,
    ],
    ["is about another", { [root]: { ...resource, resource: "https://other.example/mcp" } }, /Nobody can log in/],
  ])("[MCP-3] keeps everybody out where it %s", async (_, documents, problem) => {
    expect(await follow(documents)).toEqual({ kind: "broken", problem: expect.stringMatching(problem) });
  });
});
