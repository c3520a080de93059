import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { mcp } from "#cli/doctor/checks/mcp.ts";
import { oauthMetadata } from "#cli/doctor/checks/oauth-metadata.ts";
import { examine } from "#cli/doctor/examine.ts";
import { examinationOf, healthy } from "./examination.ts";

describe("what a client finds that follows a 401", () => {
  const host = healthy.plan.url;
  const challenge = `Bearer resource_metadata="${host}/.well-known/oauth-protected-resource/mcp"`;
  const resource = { resource: `${host}/mcp`, authorization_servers: [host] };
  const server = { issuer: host, authorization_endpoint: `${host}/authorize`, token_endpoint: `${host}/token` };
  const looking = (documents: Readonly<Record<string, unknown>>, status = 401) =>
    examine(
      [oauthMetadata],
      examinationOf(healthy, async (url) => {
        const { pathname } = new URL(String(url));
        if (pathname === "/mcp") return new Response("{}", { status, headers: { "www-authenticate": challenge } });
        const document = documents[pathname];
        return document === undefined ? new Response("", { status: 404 }) : Response.json(document);
      }),
    );
  const both = {
    "/.well-known/oauth-protected-resource/mcp": resource,
    "/.well-known/oauth-authorization-server": server,
  };

  it("[MCP-3] passes where the metadata is about the server that was asked", async () => {
    expect(await looking(both)).toMatchObject([{ verdict: "ok" }]);
    expect(await looking({}, 200)).toMatchObject([{ verdict: "skipped" }]);
  });

  it.each([
    [
      "is about another server",
      { ...both, "/.well-known/oauth-protected-resource/mcp": { ...resource, resource: "https://other.example/mcp" } },
      "Nobody can log in at",
    ],
    ["is not there", {}, "answers 404"],
    [
      "names no authorization server",
      { "/.well-known/oauth-protected-resource/mcp": { resource: `${host}/mcp`, authorization_servers: [] } },
      "names no authorization server",
    ],
    ["leads to no server's metadata", { "/.well-known/oauth-protected-resource/mcp": resource }, "answers 404"],
  ])("[MCP-3] is a failure where the metadata %s", async (_, documents, evidence) => {
    expect(await looking(documents)).toMatchObject([
      { verdict: "failure", evidence: expect.stringContaining(evidence) },
    ]);
  });
});

describe("what an MCP client sees", () => {
  const answering = (answer: (init: RequestInit | undefined) => Response) =>
    examine(
      [mcp],
      examinationOf(healthy, async (_url, init) => answer(init)),
    );
  const Message = v.pipe(v.string(), v.parseJson(), v.object({ id: v.optional(v.number()) }));

  it("passes if it is admitted, or pointed to a login", async () => {
    const server = (init: RequestInit | undefined) => {
      if (init?.method !== "POST") return new Response(null, { status: 405 });
      const { id } = v.parse(Message, init.body);
      if (id === undefined) return new Response(null, { status: 202 });
      const result = { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: { name: "s", version: "1" } };
      return Response.json({ jsonrpc: "2.0", id, result });
    };
    expect(await answering(server)).toMatchObject([{ verdict: "ok" }]);
    const headers = { "www-authenticate": 'Bearer resource_metadata="https://google.example.com/"' };
    expect(await answering(() => new Response("{}", { status: 401, headers }))).toMatchObject([{ verdict: "ok" }]);
  });

  it.each([
    ["nobody says how to log in", () => new Response("{}", { status: 401 }), "does not say where"],
    ["the balancer answers", () => new Response("", { status: 503 }), "answers 503"],
    [
      "something else answers",
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
      "not as an MCP",
    ],
  ])("is a failure where %s", async (_what, answer, evidence) => {
    expect(await answering(answer)).toMatchObject([
      { verdict: "failure", evidence: expect.stringContaining(evidence) },
    ]);
  });

  it("is a failure if the next message reaches a task that does not know the session", async () => {
    const result = { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: { name: "s", version: "1" } };
    const server = (init: RequestInit | undefined) => {
      if (init?.method !== "POST") return new Response(null, { status: 405 });
      const { id } = v.parse(Message, init.body);
      return id === undefined ? new Response("{}", { status: 400 }) : Response.json({ jsonrpc: "2.0", id, result });
    };
    expect(await answering(server)).toMatchObject([
      { verdict: "failure", evidence: expect.stringContaining("answers 400 to the next") },
    ]);
  });

  it("[MCP-10] is a failure if a rotation would end the sessions that it keeps in memory", async () => {
    const result = { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: { name: "s", version: "1" } };
    const server = (init: RequestInit | undefined) => {
      if (init?.method === "DELETE") return new Response(null, { status: 200 });
      if (init?.method !== "POST") return new Response(null, { status: 405 });
      const { id } = v.parse(Message, init.body);
      if (id === undefined) return new Response(null, { status: 202 });
      return Response.json({ jsonrpc: "2.0", id, result }, { headers: { "mcp-session-id": "in-memory" } });
    };
    expect(await answering(server)).toMatchObject([
      {
        verdict: "failure",
        evidence: expect.stringMatching(
          /keeps its clients' sessions in memory: each rotation of .*google-oauth.* ends them/,
        ),
        remedy: expect.stringContaining("WORKSPACE_MCP_STATELESS_MODE=true"),
      },
    ]);
  });

  it("is left to `targets` if nothing can answer", async () => {
    const refuse = () => Promise.reject(new Error("asked all the same"));
    const results = await examine([mcp, oauthMetadata], examinationOf({ ...healthy, targets: [] }, refuse));
    expect(results.map(({ verdict }) => verdict)).toEqual(["skipped", "skipped"]);
  });
});
