import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { mcp } from "#cli/doctor/checks/mcp.ts";
import { oauthMetadata } from "#cli/doctor/checks/oauth-metadata.ts";
import { examine } from "#cli/doctor/examine.ts";
import { examinationOf, healthy } from "./examination.ts";

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

  it("is left to `targets` if nothing can answer", async () => {
    const refuse = () => Promise.reject(new Error("asked all the same"));
    const results = await examine([mcp, oauthMetadata], examinationOf({ ...healthy, targets: [] }, refuse));
    expect(results.map(({ verdict }) => verdict)).toEqual(["skipped", "skipped"]);
  });
});
