import { describe, expect, it } from "vitest";
import { readServerMetadata } from "#evidence/login-metadata.ts";

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
  ])("[MCP-3] keeps everybody out where it %s", async (_, documents, problem) => {
    const answer = await read("https://id.example", documents);
    expect(answer).toEqual({ kind: "broken", problem: expect.stringMatching(problem) });
  });
});
