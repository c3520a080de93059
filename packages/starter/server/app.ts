import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import { getOAuthProtectedResourceMetadataUrl, mcpAuthRouter } from "@modelcontextprotocol/sdk/server/auth/router.js";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import express, { type ErrorRequestHandler, type Express, type Request } from "express";
import type { AuditClient, Watch } from "../audit/index.ts";
import type { Config, LoginConfig } from "../config.ts";
import { describeError, type Log } from "../log.ts";
import { accessGoogle, noGoogle } from "../login/access.ts";
import type { Google } from "../login/google.ts";
import { createLoginProvider, scope, whoIs } from "../login/provider.ts";
import { openLoginRecords } from "../login/records.ts";
import { loginRoutes } from "../login/routes.ts";
import type { Sessions } from "../sessions/index.ts";
import { mcpEndpoint, type Visitor } from "./endpoint.ts";
import { health } from "./health.ts";
import { requireOwnOrigin } from "./origin.ts";
import { answerOutage } from "./outage.ts";
import { logRequests } from "./requests.ts";

type GoogleLogin = Extract<LoginConfig, { kind: "google" }>;

/** Who may come in: everybody, or those who logged in at Google. */
export type Door =
  | { readonly kind: "open" }
  | { readonly kind: "login"; readonly config: GoogleLogin; readonly google: Google; readonly sessions: Sessions };

export interface AppOptions {
  readonly config: Pick<Config, "service" | "externalUrl" | "host">;
  readonly door: Door;
  readonly audit: AuditClient;
  readonly log: Log;
  readonly createServer: (context: Visitor["context"]) => McpServer;
  readonly argumentsOf: Watch["argumentsOf"];
}

/** One address may ask this often for the authorization pages and tokens; an office shares one. */
const authorizationRate = { windowMs: 60_000, limit: 600 };
const registrationRate = { windowMs: 60_000, limit: 60 };

export function createApp(options: AppOptions): Express {
  const { config, door, audit, log } = options;
  const app = express();
  app.disable("x-powered-by");
  // The balancer is the one hop in front; it appends the client's address to X-Forwarded-For.
  app.set("trust proxy", 1);
  app.use(logRequests(log));
  app.get("/health", health({ service: config.service, sessions: sessionsOf(door), audit }));
  app.use("/mcp", requireOwnOrigin(config));
  const identify = door.kind === "open" ? async () => anonymous : installLogin(app, door, audit, log);
  app.use("/mcp", mcpEndpoint({ ...options, identify }));
  app.use((_req, res) => {
    res.status(404).json({ error: "not_found" });
  });
  app.use(answerFailure(log));
  return app;
}

const anonymous: Visitor = {
  context: { caller: { subject: "anonymous" }, google: noGoogle },
  actor: { user: { id: "anonymous" } },
};

function sessionsOf(door: Door): Sessions | undefined {
  return door.kind === "login" ? door.sessions : undefined;
}

/** The routes of the login, and the lock on `/mcp`. Returns how to tell who got through it. */
function installLogin(
  app: Express,
  door: Extract<Door, { kind: "login" }>,
  audit: AuditClient,
  log: Log,
): (req: Request) => Promise<Visitor> {
  const { externalUrl, redirectUri } = door.config;
  const records = openLoginRecords(door.sessions);
  const resource = new URL("/mcp", externalUrl);
  const provider = createLoginProvider({ records, externalUrl, resource, audit });

  app.use(answerOutage);
  app.use(loginRoutes({ records, google: door.google, externalUrl, redirectUri, audit, log }));
  app.use(
    mcpAuthRouter({
      provider,
      issuerUrl: externalUrl,
      baseUrl: externalUrl,
      resourceServerUrl: resource,
      scopesSupported: [scope],
      resourceName: externalUrl.host,
      authorizationOptions: { rateLimit: authorizationRate },
      tokenOptions: { rateLimit: authorizationRate },
      revocationOptions: { rateLimit: authorizationRate },
      // A client's secret that expired while its login goes on would end the login at the next refresh.
      clientRegistrationOptions: { rateLimit: registrationRate, clientSecretExpirySeconds: 0 },
    }),
  );
  app.use(
    "/mcp",
    requireBearerAuth({
      verifier: provider,
      requiredScopes: [scope],
      resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource),
      expectedResource: resource,
    }),
  );

  return async ({ auth }) => {
    if (auth === undefined) throw new TypeError("requireBearerAuth let a request through without its identity.");
    const grant = await provider.grantOf(auth);
    return {
      context: { caller: grant.login.user, google: accessGoogle(door.google, records, grant) },
      actor: whoIs(grant),
    };
  };
}

function answerFailure(log: Log): ErrorRequestHandler {
  return (error, _req, res, next) => {
    log.error(`A request failed: ${describeError(error)}`, { request_id: String(res.locals.requestId) });
    if (res.headersSent) {
      next(error);
      return;
    }
    res.status(500).json({ jsonrpc: "2.0", error: { code: -32603, message: "Internal server error" }, id: null });
  };
}
