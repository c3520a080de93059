import { describe, expect, it } from "vitest";
import { planStage } from "#fleet";
import { registryMapOf } from "#fleet/registry-map.ts";
import { answerRegistry } from "#registry/answer.ts";
import { echo, mapOf } from "../../stage/maps.ts";

const services = {
  notes: echo("notes", { image: "ghcr.io/example/notes:v1.4.0", description: "Keeps notes" }),
  price_list: echo("prices", {}),
  website: echo("website", { mcp: false }),
  resting: echo("resting", { desiredCount: 0 }),
};
const map = registryMapOf(planStage(mapOf(services), "local"));
const [notes, prices] = map.servers.map(({ name }) => name);
const ask = (path: string, query: Record<string, string> = {}, method = "GET") => {
  const { status, body, headers } = answerRegistry(map, { method, path, query: new URLSearchParams(query) });
  return { status, headers, body: body === "" ? undefined : JSON.parse(body) };
};
const namesIn = (answer: ReturnType<typeof ask>) =>
  answer.body.servers.map(({ server }: { server: { name: string } }) => server.name);

describe("[MCP-8] the registry of a stage", () => {
  it("lists the MCP servers that run, as the registry API has them", () => {
    const { status, headers, body } = ask("/v0.1/servers");
    expect([status, headers["access-control-allow-origin"], body.metadata]).toEqual([200, "*", { count: 2 }]);
    expect(body.servers[0]).toMatchObject({
      server: {
        name: expect.stringMatching(/^localhost\.mcp\/notes$/),
        description: "Keeps notes",
        version: "1.4.0",
        remotes: [{ type: "streamable-http", url: expect.stringMatching(/^https:\/\/notes\..*\/mcp$/) }],
      },
      _meta: { "io.modelcontextprotocol.registry/official": { status: "active", isLatest: true } },
    });
    expect(body.servers[1].server).toMatchObject({ description: "price list", version: "1.0.0" });
  });

  it("has the versions of a server, whether the slash in its name comes encoded or not", () => {
    for (const name of [notes ?? "", encodeURIComponent(notes ?? "")]) {
      expect(namesIn(ask(`/v0.1/servers/${name}/versions`))).toEqual([notes]);
      expect(ask(`/v0.1/servers/${name}/versions/latest`).body.server.version).toBe("1.4.0");
      expect(ask(`/v0.1/servers/${name}/versions/1.4.0`).status).toBe(200);
      expect(ask(`/v0.1/servers/${name}/versions/2.0.0`).status).toBe(404);
    }
  });

  it("is read in pages, and searched by name", () => {
    const first = ask("/v0.1/servers", { limit: "1" });
    expect([namesIn(first), first.body.metadata.count]).toEqual([[notes], 1]);
    const second = ask("/v0.1/servers", { limit: "1", cursor: first.body.metadata.nextCursor });
    expect([namesIn(second), second.body.metadata]).toEqual([[prices], { count: 1 }]);
    expect(namesIn(ask("/v0.1/servers", { search: "PRICE" }))).toEqual([prices]);
  });

  it.each([
    ["/v0.1/servers/none%2Fsuch/versions/latest", "GET", 404],
    ["/v0.1/servers/%E0%A4%A/versions", "GET", 404],
    ["/v0.1/publish", "GET", 404],
    ["/v0.1/servers", "POST", 405],
    ["/v0.1/servers", "OPTIONS", 204],
  ])("answers %s by %s with %i", (path, method, status) => {
    expect(ask(path, {}, method).status).toBe(status);
  });

  it("refuses a limit that is none", () => {
    expect(ask("/v0.1/servers", { limit: "many" })).toMatchObject({ status: 400 });
  });
});
