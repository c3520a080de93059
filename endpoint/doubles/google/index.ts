import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { answerAuthorization } from "./authorization.ts";
import { ClientRegistry, exampleUsers, type GoogleClient, type GoogleUser } from "./client.ts";
import { GrantBook } from "./grant.ts";
import { createSigningKey } from "./key.ts";
import { answerTokenRequest, defaultAccessSeconds, refuse } from "./token-endpoint.ts";

export { exampleUsers, type GoogleClient, type GoogleUser } from "./client.ts";

/** - `refuse`: connections are reset. - `stall`: no answer. - `unavailable`: 503. */
export type GoogleFault = "refuse" | "stall" | "unavailable";

/** Google's OpenID provider and token endpoint on loopback. */
export interface GoogleDouble {
  /** What `GOOGLE_OAUTH_ISSUER` is set to. The token endpoint is `<issuer>/token`. */
  readonly issuer: string;
  readonly users: readonly GoogleUser[];
  putClient(client: GoogleClient): void;
  /** @throws {Error} for an unknown client */
  setRedirectUris(clientId: string, redirectUris: readonly string[]): void;
  /** @throws {Error} for an unknown client, or a third secret */
  addSecret(clientId: string, secret: string): void;
  disableSecret(clientId: string, secret: string): void;
  /** How long access tokens issued from now on live, in seconds. */
  setAccessSeconds(seconds: number): void;
  /** @param path the only path that fails, such as `/token`; every one by default */
  setFault(fault: GoogleFault | undefined, path?: string): void;
  stop(): Promise<void>;
}

export interface GoogleDoubleOptions {
  readonly clients?: readonly GoogleClient[];
  readonly users?: readonly [GoogleUser, ...GoogleUser[]];
  readonly port?: number;
}

/** Where a service sends the browser of somebody who logs in. */
const loginPages = ["/authorize", "/o/oauth2/v2/auth"];

interface Visit {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
}

export async function startGoogleDouble(options: GoogleDoubleOptions = {}): Promise<GoogleDouble> {
  const users = options.users ?? exampleUsers;
  const clients = new ClientRegistry();
  for (const client of options.clients ?? []) clients.put(client);
  const grants = new GrantBook();
  const key = await createSigningKey();
  let accessSeconds = defaultAccessSeconds;
  let fault: GoogleFault | undefined;
  let faultyPath: string | undefined;
  let issuer = "";

  function authorize(visit: Visit, res: ServerResponse): void {
    const parameters = visit.method === "POST" ? visit.form : visit.query;
    const answer = answerAuthorization(visit.method, parameters, {
      clients,
      grants,
      users,
      isOffline: (request) => request.get("access_type") === "offline",
    });
    if (answer.kind === "redirect") res.writeHead(302, { Location: answer.location }).end();
    else res.writeHead(answer.status, { "Content-Type": "text/html; charset=utf-8" }).end(answer.html);
  }

  const routes: Readonly<Record<string, (visit: Visit, res: ServerResponse) => void | Promise<void>>> = {
    "/.well-known/openid-configuration": (_, res) => json(res, 200, discoveryOf(issuer)),
    "/oauth2/v3/certs": (_, res) => json(res, 200, { keys: [key.publicJwk] }),
    "/authorize": authorize,
    "/o/oauth2/v2/auth": authorize,
    "/token": async ({ form, authorization }, res) => {
      const parts = { issuer, clients, grants, key, accessSeconds: () => accessSeconds, claimsOf };
      const { status, body } = await answerTokenRequest(form, authorization, parts);
      json(res, status, body);
    },
    "/v1/userinfo": ({ authorization }, res) => {
      const grant = grants.access(authorization?.replace(/^Bearer /, "") ?? "");
      if (grant === undefined) json(res, 401, { error: "invalid_request", error_description: "Invalid Credentials" });
      else json(res, 200, { ...grant.user, email_verified: true });
    },
    "/revoke": ({ form, query }, res) => {
      const known = grants.revoke(form.get("token") ?? query.get("token") ?? "");
      const { status, body } = known
        ? { status: 200, body: {} }
        : refuse(400, "invalid_token", "Token expired or revoked");
      json(res, status, body);
    },
  };

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? "/", issuer);
    const method = req.method ?? "GET";
    const form = new URLSearchParams(method === "POST" ? await text(req) : "");
    if ((faultyPath ?? url.pathname) === url.pathname && isFaulty(req, res)) return;
    const route = routes[url.pathname];
    if (route === undefined) json(res, 404, { error: "not_found" });
    else await route({ method, query: url.searchParams, form, authorization: req.headers.authorization }, res);
  }

  function isFaulty(req: IncomingMessage, res: ServerResponse): boolean {
    if (fault === "refuse") req.socket.resetAndDestroy();
    else if (fault === "unavailable") json(res, 503, { error: "temporarily_unavailable" });
    return fault !== undefined;
  }

  const answer: RequestListener = (req, res) => {
    serve(req, res).catch((error: unknown) =>
      json(res, 500, { error: "internal_failure", error_description: String(error) }),
    );
  };
  const server = createServer(
    behindDoor(answer, { pages: true, navigations: loginPages, forms: [...loginPages, "/token", "/revoke"] }),
  );
  issuer = `http://127.0.0.1:${await listenOnLoopback(server, options.port)}`;

  return {
    issuer,
    users,
    putClient: (client) => clients.put(client),
    setRedirectUris: (clientId, uris) => clients.setRedirectUris(clientId, uris),
    addSecret: (clientId, secret) => clients.addSecret(clientId, secret),
    disableSecret: (clientId, secret) => clients.disableSecret(clientId, secret),
    setAccessSeconds: (seconds) => {
      accessSeconds = seconds;
    },
    setFault: (next, path) => {
      fault = next;
      faultyPath = path;
    },
    stop: () => closeServer(server),
  };
}

function claimsOf({ email, name, hd }: GoogleUser) {
  return { email, email_verified: true, name, ...(hd === undefined ? {} : { hd }) };
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { "Content-Type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

/** https://accounts.google.com/.well-known/openid-configuration, with every endpoint on this address. */
function discoveryOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/o/oauth2/v2/auth`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/v1/userinfo`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/oauth2/v3/certs`,
    response_types_supported: ["code", "token", "id_token", "code token", "none"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid", "email", "profile"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    code_challenge_methods_supported: ["plain", "S256"],
    grant_types_supported: ["authorization_code", "refresh_token"],
  };
}
