import * as v from "valibot";

/** What a client finds that follows a server's 401. */
export type LoginMetadata =
  | { readonly kind: "no-login" }
  | { readonly kind: "found"; readonly url: URL; readonly document: unknown; readonly servers: readonly string[] }
  | { readonly kind: "broken"; readonly problem: string };

const Resource = v.looseObject({
  resource: v.string(),
  authorization_servers: v.array(v.pipe(v.string(), v.url())),
});
const Json = v.pipe(v.string(), v.parseJson());

/**
 * From a 401 at `mcp` to the metadata that it names (RFC 9728), as a client goes: it refuses metadata about another
 * resource than the one it asked for, and then nobody can log in.
 */
export async function readLoginMetadata(using: typeof fetch, mcp: URL, signal?: AbortSignal): Promise<LoginMetadata> {
  const given = signal === undefined ? {} : { signal };
  const asked = await using(mcp, { ...ping, ...given });
  await asked.body?.cancel();
  if (asked.status !== 401) return { kind: "no-login" };
  const [, named] = /\bresource_metadata="?([^",\s]+)/.exec(asked.headers.get("www-authenticate") ?? "") ?? [];
  let url = named === undefined ? wellKnown("oauth-protected-resource", mcp) : URL.parse(named);
  if (url === null)
    return { kind: "broken", problem: `The 401 of ${mcp.href} names no address of its metadata: ${named}.` };
  let answer = await using(url, given);
  if (named === undefined && answer.status === 404) {
    await answer.body?.cancel();
    url = new URL("/.well-known/oauth-protected-resource", mcp);
    answer = await using(url, given);
  }
  const text = await answer.text();
  if (!answer.ok) return { kind: "broken", problem: `${url.href} answers ${answer.status}.` };
  const json = v.safeParse(Json, text);
  if (!json.success) return { kind: "broken", problem: `${url.href} is not JSON.` };
  const parsed = v.safeParse(Resource, json.output);
  if (!parsed.success || parsed.output.authorization_servers.length === 0) {
    return {
      kind: "broken",
      problem: `The metadata of ${mcp.href} names no authorization server by its address (RFC 9728).`,
    };
  }
  const { resource, authorization_servers: servers } = parsed.output;
  if (!covers(resource, mcp)) {
    return {
      kind: "broken",
      problem: `Nobody can log in at ${mcp.href}: its metadata is about ${resource}, which clients refuse (RFC 9728, 3.3).`,
    };
  }
  return { kind: "found", url, document: parsed.output, servers };
}

/** What begins no session, and is whole: some servers look at a request before they ask who sent it. */
const ping = {
  method: "POST",
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
  headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
};

/** The resource itself, or the server that it is on. */
function covers(resource: string, mcp: URL): boolean {
  const url = URL.parse(resource);
  if (url === null || url.origin !== mcp.origin || url.search !== "") return false;
  const path = url.pathname.replace(/\/$/, "");
  return mcp.pathname === path || mcp.pathname.startsWith(`${path}/`);
}

/** What a client finds at an authorization server. */
export type ServerMetadata =
  | { readonly kind: "found"; readonly document: unknown }
  | { readonly kind: "broken"; readonly problem: string };

const Server = v.looseObject({
  issuer: v.string(),
  authorization_endpoint: v.string(),
  token_endpoint: v.string(),
  // Clients refuse a server that says it has only others; some providers say nothing, and have it.
  code_challenge_methods_supported: v.optional(v.pipe(v.array(v.string()), v.includes("S256", "S256"))),
});

/**
 * The metadata of an authorization server (RFC 8414), or of an OpenID provider, at the three addresses that clients try:
 * https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#authorization-server-metadata-discovery
 */
export async function readServerMetadata(
  using: typeof fetch,
  issuer: URL,
  signal?: AbortSignal,
): Promise<ServerMetadata> {
  const first = wellKnown("oauth-authorization-server", issuer);
  const appended = new URL(`${issuer.pathname.replace(/\/$/, "")}/.well-known/openid-configuration`, issuer);
  let problem: string | undefined;
  for (const url of [first, wellKnown("openid-configuration", issuer), appended]) {
    const answer = await using(url, signal === undefined ? {} : { signal });
    const json = v.safeParse(Json, await answer.text());
    if (!answer.ok || !json.success) {
      problem ??= answer.ok ? `${url.href} is not JSON.` : `${url.href} answers ${answer.status}.`;
      continue;
    }
    const parsed = v.safeParse(Server, json.output);
    if (!parsed.success) return { kind: "broken", problem: `${url.href} lacks ${lackOf(parsed.issues[0])}.` };
    const bare = (text: string) => text.replace(/\/$/, "");
    if (bare(parsed.output.issuer) === bare(issuer.href)) return { kind: "found", document: parsed.output };
    return {
      kind: "broken",
      problem: `${url.href} is about ${parsed.output.issuer}, which clients that ask for ${issuer.href} refuse (RFC 8414, 3.3).`,
    };
  }
  return { kind: "broken", problem: problem ?? `${first.href} does not answer.` };
}

function lackOf(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue) ?? "an object";
  return issue.type === "includes" ? `${issue.message} among its ${field}` : field;
}

/** Both RFCs put the well-known part between the host and the path of the resource. */
export function wellKnown(name: string, { origin, pathname }: URL): URL {
  return new URL(`/.well-known/${name}${pathname.replace(/\/$/, "")}`, origin);
}
