import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { answerAuthorization } from "#endpoint/doubles/google/authorization.ts";
import { ClientRegistry, exampleUsers, type GoogleClient, type GoogleUser } from "#endpoint/doubles/google/client.ts";
import { GrantBook } from "#endpoint/doubles/google/grant.ts";
import { createSigningKey } from "#endpoint/doubles/google/key.ts";
import {
  answerTokenRequest,
  defaultAccessSeconds,
  type GoogleAnswer,
  refuse,
  type TokenEndpointParts,
} from "#endpoint/doubles/google/token-endpoint.ts";
import { type Vendor, type VendorName, vendors } from "./vendor.ts";

export type { VendorName } from "./vendor.ts";

/** An OpenID provider other than Google, on loopback: with its own paths, and its own idea of what an ID token says. */
export interface OpenIdDouble {
  /** What `OPENID_ISSUER` is set to; `/.well-known/openid-configuration` lies below it. */
  readonly issuer: string;
  readonly users: readonly GoogleUser[];
  stop(): Promise<void>;
}

export interface OpenIdDoubleOptions {
  readonly clients: readonly GoogleClient[];
  readonly users?: readonly GoogleUser[];
}

export async function startOpenIdDouble(name: VendorName, options: OpenIdDoubleOptions): Promise<OpenIdDouble> {
  const vendor = vendors[name];
  const { paths } = vendor;
  const users = options.users ?? exampleUsers;
  const clients = new ClientRegistry();
  for (const client of options.clients) clients.put(client);
  const grants = new GrantBook();
  const key = await createSigningKey();
  let origin = "";

  const answer: RequestListener = async (req, res) => {
    const url = new URL(req.url ?? "/", origin);
    const form = new URLSearchParams(req.method === "POST" ? await text(req) : "");
    const issuer = `${origin}${vendor.issuerPath}`;
    switch (url.pathname) {
      case `${vendor.issuerPath}/.well-known/openid-configuration`:
        return json(res, 200, discoveryOf(vendor, origin));
      case paths.keys:
        return json(res, 200, { keys: [key.publicJwk] });
      case paths.authorize: {
        const parts = { clients, grants, users, isOffline: asksOffline(vendor) };
        const method = req.method ?? "GET";
        const page = answerAuthorization(method, method === "POST" ? form : url.searchParams, parts);
        if (page.kind === "redirect") res.writeHead(302, { Location: page.location }).end();
        else res.writeHead(page.status, { "Content-Type": "text/html; charset=utf-8" }).end(page.html);
        return;
      }
      case paths.token: {
        const accessSeconds = () => defaultAccessSeconds;
        const parts = { issuer, clients, grants, key, accessSeconds, claimsOf: vendor.idToken };
        const { status, body } = await answerClient(vendor, form, req.headers.authorization, parts);
        return json(res, status, body);
      }
      case paths.userinfo: {
        const grant = grants.access(bearerOf(req));
        if (grant === undefined) return json(res, 401, { error: "invalid_token" });
        return json(res, 200, { sub: grant.user.sub, ...vendor.userInfo(grant.user) });
      }
      default:
        return json(res, 404, { error: "not_found" });
    }
  };
  const pages = [paths.authorize];
  const server = createServer(behindDoor(answer, { pages: true, navigations: pages, forms: [...pages, paths.token] }));
  origin = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  return { issuer: `${origin}${vendor.issuerPath}`, users, stop: () => closeServer(server) };
}

async function answerClient(
  { authMethods }: Vendor,
  form: URLSearchParams,
  ...rest: [string | undefined, TokenEndpointParts]
): Promise<GoogleAnswer> {
  return authMethods === undefined && form.has("client_secret")
    ? refuse(401, "invalid_client", "The secret comes by the header.")
    : answerTokenRequest(form, ...rest);
}

const bearerOf = ({ headers }: IncomingMessage): string => headers.authorization?.replace(/^Bearer /, "") ?? "";

const asksOffline =
  ({ alwaysOffline }: Vendor) =>
  (asked: URLSearchParams): boolean =>
    alwaysOffline || (asked.get("scope") ?? "").split(" ").includes("offline_access");

function discoveryOf({ issuerPath, paths, scopes, authMethods }: Vendor, origin: string) {
  return {
    issuer: `${origin}${issuerPath}`,
    authorization_endpoint: `${origin}${paths.authorize}`,
    token_endpoint: `${origin}${paths.token}`,
    userinfo_endpoint: paths.userinfo === undefined ? undefined : `${origin}${paths.userinfo}`,
    jwks_uri: `${origin}${paths.keys}`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: scopes,
    token_endpoint_auth_methods_supported: authMethods,
  };
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { "Content-Type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
