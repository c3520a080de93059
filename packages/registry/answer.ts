import type { RegistryMap } from "#fleet/registry-map.ts";

export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Pages of any origin may read it: it is what everybody may know. */
const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET",
  // The star has all but the first: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
  "access-control-allow-headers": "authorization, *",
  "access-control-max-age": "3600",
};

/** As the official registry has it. */
const usualPage = 30;
const mostOnPage = 100;

/** Answers as a registry of MCP servers that is only read: the API's versions v0.1 and v0, which are the same. */
export function answerRegistry({ servers }: RegistryMap, { method, path, query }: Asked): Answer {
  if (method === "OPTIONS") return { status: 204, headers: cors, body: "" };
  if (method !== "GET" && method !== "HEAD") return problem(405, "This registry is only read: use GET.");
  const route = /^\/v0(?:\.1)?\/servers(?:\/([^/]+\/[^/]+)\/versions(?:\/([^/]+))?)?\/?$/.exec(decoded(path));
  if (route === null) return problem(404, "Not found");
  const [, name, which] = route;
  if (name === undefined) return listOf(servers, query);
  const found = servers.find((server) => server.name === name);
  if (found === undefined) return problem(404, "Server not found");
  if (which === undefined) return json({ servers: [entryOf(found)], metadata: { count: 1 } });
  if (which !== "latest" && which !== found.version) return problem(404, "Server not found");
  return json(entryOf(found));
}

type Server = RegistryMap["servers"][number];

function listOf(servers: readonly Server[], query: URLSearchParams): Answer {
  const limit = Number(query.get("limit") ?? usualPage);
  if (!Number.isInteger(limit) || limit < 1) return problem(400, `limit is a whole number from 1 to ${mostOnPage}.`);
  const search = query.get("search")?.toLowerCase() ?? "";
  const version = query.get("version") ?? "latest";
  // There is one version of each, and a list that a deploy replaces: the cursor is the last name.
  const after = query.get("cursor") ?? "";
  const found = servers
    .filter((server) => server.name.toLowerCase().includes(search))
    .filter((server) => version === "latest" || version === server.version)
    .filter(({ name }) => name > after)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const page = found.slice(0, Math.min(limit, mostOnPage));
  const last = page.at(-1);
  const nextCursor = found.length > page.length && last !== undefined ? { nextCursor: last.name } : {};
  return json({ servers: page.map(entryOf), metadata: { count: page.length, ...nextCursor } });
}

function entryOf({ name, description, version, url }: Server) {
  return {
    server: {
      $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
      name,
      description,
      version,
      remotes: [{ type: "streamable-http", url }],
    },
    _meta: { "io.modelcontextprotocol.registry/official": { status: "active", isLatest: true } },
  };
}

function json(value: object): Answer {
  const headers = { ...cors, "content-type": "application/json", "cache-control": "public, max-age=300" };
  return { status: 200, headers, body: JSON.stringify(value) };
}

function problem(status: number, error: string): Answer {
  return { status, headers: { ...cors, "content-type": "application/json" }, body: JSON.stringify({ error }) };
}

/** A name's slash comes encoded, and may have been decoded on the way. What cannot be decoded is no path of ours. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}
