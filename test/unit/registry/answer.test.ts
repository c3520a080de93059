import * as v from "valibot";
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
const foreign = {
  over_http: echo("over-http", { sidecar: { login: "none", path: "/elsewhere" } }),
  over_stdio: echo("over-stdio", { sidecar: { login: "none", stdio: ["mcp-server-memory"] } }),
};

/** https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/api/openapi.yaml */
const ServerResponse = v.strictObject({
  server: v.strictObject({
    $schema: v.pipe(v.string(), v.url()),
    name: v.pipe(v.string(), v.maxLength(200), v.regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/)),
    description: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
    version: v.pipe(v.string(), v.minLength(1), v.maxLength(255), v.regex(/^(?!.*[\^~*]|[<>]|v?\d+\.x)/)),
    remotes: v.tuple([
      v.strictObject({ type: v.literal("streamable-http"), url: v.pipe(v.string(), v.regex(/^https:\/\/\S+$/)) }),
    ]),
  }),
  _meta: v.strictObject({
    "io.modelcontextprotocol.registry/official": v.strictObject({
      status: v.picklist(["active", "deprecated", "deleted"]),
      isLatest: v.boolean(),
    }),
  }),
});
const ServerList = v.strictObject({
  servers: v.array(ServerResponse),
  metadata: v.strictObject({ nextCursor: v.optional(v.string()), count: v.number() }),
});
const Problem = v.strictObject({ error: v.string() });
const map = registryMapOf(planStage(mapOf({ ...services, ...foreign }), "local"));
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
    expect([status, headers["access-control-allow-origin"], body.metadata]).toEqual([200, "*", { count: 4 }]);
    expect(body.servers[0]).toMatchObject({
      server: {
        name: expect.stringMatching(/^localhost\.mcp\/notes$/),
        description: "Keeps notes",
        version: "1.4.0",
        remotes: [{ type: "streamable-http", url: expect.stringMatching(/^https:\/\/notes\..*\/mcp$/) }],
      },
      _meta: { "io.modelcontextprotocol.registry/official": { status: "active", isLatest: true } },
    });
    expect(body.servers[3].server).toMatchObject({ description: "price list", version: "1.0.0" });
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
    const first = ask("/v0.1/servers", { limit: "3" });
    expect([namesIn(first).length, first.body.metadata.count]).toEqual([3, 3]);
    const second = ask("/v0.1/servers", { limit: "3", cursor: first.body.metadata.nextCursor });
    expect([namesIn(second), second.body.metadata]).toEqual([[prices], { count: 1 }]);
    expect(namesIn(ask("/v0.1/servers", { search: "PRICE" }))).toEqual([prices]);
  });

  it.each(["over-http", "over-stdio", "notes"])("has %s in the shape of the official API, at any route", (host) => {
    const { servers } = v.parse(
      ServerList,
      ask("/v0.1/servers", { search: host, version: "latest", limit: "50" }).body,
    );
    expect(servers.map(({ server }) => new URL(server.remotes[0].url).pathname)).toEqual(["/mcp"]);
    const path = `/v0.1/servers/${encodeURIComponent(servers[0]?.server.name ?? "")}/versions`;
    expect(v.parse(ServerList, ask(path).body)).toEqual({ servers, metadata: { count: 1 } });
    expect(v.parse(ServerResponse, ask(`${path}/latest`).body)).toEqual(servers[0]);
    expect(v.parse(ServerResponse, ask(`${path}/${servers[0]?.server.version}`).body)).toEqual(servers[0]);
    expect(v.parse(Problem, ask(`${path}/0.0.0`).body)).toEqual({ error: "Server not found" });
  });

  it("lets pages of any origin ask, with any header", () => {
    const { headers, body } = ask("/v0.1/servers", {}, "OPTIONS");
    expect(body).toBeUndefined();
    expect(headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET",
      "access-control-allow-headers": "authorization, *",
    });
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
