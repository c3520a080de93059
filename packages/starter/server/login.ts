import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import { getOAuthProtectedResourceMetadataUrl, mcpAuthRouter } from "@modelcontextprotocol/sdk/server/auth/router.js";
import { type Express, type Request, type RequestHandler, Router } from "express";
import type { AuditClient } from "../audit/index.ts";
import type { Log } from "../log.ts";
import { accessGoogle } from "../login/access.ts";
import { connectGoogle } from "../login/google.ts";
import { createLoginProvider, type LoginProvider, scope, whoIs } from "../login/provider.ts";
import { openLoginRecords } from "../login/records.ts";
import { loginRoutes } from "../login/routes.ts";
import { addressOf } from "./address.ts";
import type { Admission } from "./admission.ts";
import type { Visitor } from "./endpoint.ts";
import { answerOutage } from "./outage.ts";

type LoginAdmission = Extract<Admission, { kind: "login" }>;

/** The login as it is at one address of this server. */
interface Login {
  readonly provider: LoginProvider;
  readonly routes: RequestHandler;
  readonly lock: RequestHandler;
}

/** How often one IP address may request the authorization pages and tokens; an office shares one. */
const authorizationRate = { windowMs: 60_000, limit: 600 };
const registrationRate = { windowMs: 60_000, limit: 60 };

/** Requests to any other address are answered as at the public one. */
const addressesAtMost = 8;

/** The routes of the login, and the lock on `/mcp`. Returns how to identify an admitted caller. */
export function installLogin(
  app: Express,
  admission: LoginAdmission,
  audit: AuditClient,
  log: Log,
): (req: Request) => Promise<Visitor> {
  const { externalUrl } = admission.config;
  const records = openLoginRecords(admission.sessions);
  const open = (at: LoginAdmission) => openLogin(at, records, audit, log);
  const main = open(admission);
  const logins = new Map([[externalUrl.href, main]]);

  function loginAt(req: Request): Login {
    const address = addressOf(req, externalUrl);
    const known = logins.get(address.href);
    if (known !== undefined) return known;
    if (logins.size >= addressesAtMost) return main;
    const redirectUri = new URL(admission.config.redirectUri.pathname, address);
    const config = { ...admission.config, externalUrl: address, redirectUri };
    const login = open({ ...admission, config, google: connectGoogle(config) });
    logins.set(address.href, login);
    return login;
  }

  app.use(answerOutage);
  app.use((req, res, next) => loginAt(req).routes(req, res, next));
  app.use("/mcp", (req, res, next) => loginAt(req).lock(req, res, next));

  return async (req) => {
    if (req.auth === undefined) throw new TypeError("requireBearerAuth let a request through without its identity.");
    const grant = await loginAt(req).provider.grantOf(req.auth);
    return {
      context: { caller: grant.login.user, google: accessGoogle(admission.google, records, grant) },
      actor: whoIs(grant),
    };
  };
}

function openLogin(
  { config, google }: LoginAdmission,
  records: ReturnType<typeof openLoginRecords>,
  audit: AuditClient,
  log: Log,
): Login {
  const { externalUrl, redirectUri } = config;
  const resource = new URL("/mcp", externalUrl);
  const provider = createLoginProvider({ records, externalUrl, resource, audit });
  // An address of this machine becomes known with the first request to it; each has its own limits.
  const limited = <T extends object>(rate: T) => ({ rateLimit: { ...rate, validate: { creationStack: false } } });
  const routes = Router();
  routes.use(loginRoutes({ records, google, externalUrl, redirectUri, audit, log }));
  routes.use(
    mcpAuthRouter({
      provider,
      issuerUrl: externalUrl,
      baseUrl: externalUrl,
      resourceServerUrl: resource,
      scopesSupported: [scope],
      resourceName: externalUrl.host,
      authorizationOptions: limited(authorizationRate),
      tokenOptions: limited(authorizationRate),
      revocationOptions: limited(authorizationRate),
      // A client secret that expired during a login would end that login at the next refresh.
      clientRegistrationOptions: { ...limited(registrationRate), clientSecretExpirySeconds: 0 },
    }),
  );
  const lock = requireBearerAuth({
    verifier: provider,
    requiredScopes: [scope],
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource),
    expectedResource: resource,
  });
  return { provider, routes, lock };
}
