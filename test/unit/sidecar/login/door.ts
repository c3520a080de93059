import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { AuditEvent } from "#sidecar/audit/index.ts";
import { noAudit } from "#sidecar/audit/index.ts";
import { silent } from "#sidecar/log.ts";
import type { IdentityProvider } from "#sidecar/login/identity.ts";
import { OAuthFailure } from "#sidecar/login/oauth-failure.ts";
import { createApp } from "#sidecar/server/app.ts";
import { type Listener, listen } from "#sidecar/server/listen.ts";
import { admitByLogin } from "#sidecar/server/login.ts";
import { openSessions } from "#sidecar/sessions/index.ts";
import { mcpEndpoint } from "#sidecar/toolbox/endpoint.ts";
import { openRoundState } from "#sidecar/toolbox/round-state.ts";
import { createMcpServer } from "#sidecar/toolbox/server.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The starter with a login, and a provider that admits whoever comes back. */
export interface Door {
  readonly events: readonly AuditEvent[];
  /** Unlike fetch, it sends any method, path and header. */
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** A POST whose body goes on after `sent`, and never ends. */
  begin(path: string, headers: NonNullable<Asked["headers"]>, sent: string): Promise<Answer>;
  close(): Promise<void>;
}

export const host = "google.mcp.example.com";
export const origin = `https://${host}`;

/** The document of the one client that has one, while it can be fetched. */
export const documented = {
  clientId: "https://client.example/client.json",
  client: { client_id: "https://client.example/client.json", client_name: "Claude" },
};

/** @param allowedRedirects as the operator lists them */
export async function openDoor(allowedRedirects: readonly string[] = []): Promise<Door> {
  let documentReads = 0;
  const externalUrl = new URL(origin);
  const events: AuditEvent[] = [];
  const backend = { kind: "memory" } as const;
  const sessions = openSessions({ backend, namespace: host, log: silent });
  const provider: IdentityProvider = {
    name: "Google",
    settings: { prefix: "GOOGLE_OAUTH", secret: "a secret" },
    authorizationUrl: async ({ state }) => new URL(`https://provider.example/authorize?state=${state}`),
    redeem: async () => ({ user: { subject: "1" }, tokens: { accessToken: "at-the-provider", expiresAt: 2 ** 40 } }),
    refresh: () => Promise.reject(new Error("Nothing is refreshed here.")),
    profile: async () => ({}),
  };
  const parts = { identity: { name: "test", version: "1.0.0" }, tools: [], rounds: openRoundState([]) };
  const app = createApp({
    config: {
      service: "test",
      externalUrl,
      host: "0.0.0.0",
      allowedOrigins: ["https://claude.ai"],
    },
    admission: admitByLogin({
      provider,
      sessions,
      documents: {
        read: async (clientId) => {
          if (clientId !== documented.clientId || documentReads++ > 0) {
            throw new OAuthFailure("invalid_client", "It does not answer.", 400);
          }
          return { ...documented.client, redirect_uris: ["http://localhost:33418/callback"] };
        },
      },
      config: {
        kind: "google",
        name: "Google",
        externalUrl,
        issuer: new URL("https://accounts.google.com"),
        clientId: "id",
        clientSecret: "secret",
        redirectUri: new URL("/oauth2callback", externalUrl),
        scopes: [],
        allowedDomains: [],
        allowedGroups: [],
        allowedRedirects,
        sessions: backend,
      },
    }),
    audit: { ...noAudit, record: (event) => events.push(event) },
    log: silent,
    serve: mcpEndpoint({
      createServer: (occasion) => createMcpServer(parts, occasion),
      argumentsOf: () => undefined,
      audit: noAudit,
      log: silent,
      idleTimeoutSeconds: 60,
    }),
  });
  const listener: Listener = await listen(app, { host: "127.0.0.1", port: 0, idleTimeoutSeconds: 60 });
  return {
    events,
    ask: async (path, { method = "GET", headers = {}, body } = {}) => {
      const req = request({
        host: "127.0.0.1",
        port: listener.port,
        path,
        method,
        agent: false,
        headers: { host, ...headers },
      });
      // A refusal may come before all is sent.
      req.on("error", () => undefined);
      req.end(body);
      const [res] = await once(req, "response");
      return { status: res.statusCode, headers: res.headers, body: await text(res) };
    },
    begin: async (path, headers, sent) => {
      const req = request({ host: "127.0.0.1", port: listener.port, path, method: "POST", agent: false, headers });
      req.on("error", () => undefined);
      req.write(sent);
      req.flushHeaders();
      const [res] = await once(req, "response");
      const answer = { status: res.statusCode, headers: res.headers, body: await text(res) };
      req.destroy();
      return answer;
    },
    close: async () => {
      await listener.drain(0);
      await sessions.close();
    },
  };
}

export const asForm = (
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Asked => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  body: new URLSearchParams(fields).toString(),
});

export const asJson = (value: unknown, headers: Readonly<Record<string, string>> = {}): Asked => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});
