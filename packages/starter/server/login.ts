import type { Express, Request } from "express";
import { accessProvider } from "../login/access.ts";
import { addressAt, type LoginAddress, scope } from "../login/address.ts";
import { openClients } from "../login/clients.ts";
import { connectProvider, type IdentityProvider } from "../login/identity.ts";
import { remember } from "../login/memo.ts";
import { resourceMetadataUrl } from "../login/metadata.ts";
import { OAuthFailure } from "../login/oauth-failure.ts";
import { openLoginRecords } from "../login/records.ts";
import { type LoginCommon, loginRoutes, openBudgets } from "../login/routes.ts";
import { type Grant, openTokenDesk, whoIs } from "../login/tokens.ts";
import { addressOf } from "./address.ts";
import type { Admission } from "./admission.ts";
import type { Visitor } from "./endpoint.ts";

type LoginAdmission = Extract<Admission, { kind: "login" }>;

/** Requests to any other address are answered as at the public one. */
const addressesAtMost = 8;

/** The routes of the login, and how a request to `/mcp` is admitted. */
export function installLogin(
  app: Express,
  admission: LoginAdmission,
  parts: Pick<LoginCommon, "audit" | "log" | "shareWithPages"> & { readonly isOwnHost: (req: Request) => boolean },
): (req: Request) => Promise<Visitor> {
  const { config, sessions } = admission;
  const { audit } = parts;
  const records = openLoginRecords(sessions);
  const desk = openTokenDesk({
    records,
    now: Date.now,
    onReuse: (grant) =>
      audit.record({ action: "logout", outcome: "failed", reason: "refresh_token_reused", ...whoIs(grant) }),
  });
  const common: LoginCommon = {
    ...parts,
    records,
    desk,
    clients: openClients(records, admission.documents),
    verified: remember(desk.verify, Date.now),
    budgets: openBudgets(),
    allowedRedirects: config.allowedRedirects,
  };
  const open = (address: LoginAddress, provider: IdentityProvider) => ({
    address,
    routes: loginRoutes(address, provider, common),
  });
  const main = open(addressAt(config.externalUrl, config.redirectUri), admission.provider);
  const logins = new Map([[config.externalUrl.href, main]]);

  function loginAt(req: Request) {
    const externalUrl = addressOf(req, config.externalUrl);
    const known = logins.get(externalUrl.href);
    if (known !== undefined) return known;
    if (logins.size >= addressesAtMost) return main;
    const redirectUri = new URL(config.redirectUri.pathname, externalUrl);
    const login = open(addressAt(externalUrl, redirectUri), connectProvider({ ...config, externalUrl, redirectUri }));
    logins.set(externalUrl.href, login);
    return login;
  }

  app.use((req, res, next) => (parts.isOwnHost(req) ? loginAt(req).routes(req, res, next) : next()));

  return async (req) => {
    const grant = await admit(req, loginAt(req).address, common);
    return {
      context: { caller: grant.login.user, google: accessProvider(admission.provider, records, grant) },
      actor: whoIs(grant),
    };
  };
}

/** Not admitted: RFC 6750's answer, which says where to log in. */
export class NotAdmitted extends Error {
  readonly challenge: string;

  constructor(message: string, challenge: string) {
    super(message);
    this.name = "NotAdmitted";
    this.challenge = challenge;
  }
}

async function admit(req: Request, address: LoginAddress, { verified }: LoginCommon): Promise<Grant> {
  const where = `resource_metadata="${resourceMetadataUrl(address)}", scope="${scope}"`;
  const [, token] = /^Bearer +([\w.~+/=-]{1,512})$/i.exec(req.get("authorization") ?? "") ?? [];
  if (token === undefined) throw new NotAdmitted("This server requires a login.", `Bearer ${where}`);
  try {
    return await verified.get(token);
  } catch (error) {
    if (!(error instanceof OAuthFailure)) throw error;
    const { code, message } = error;
    throw new NotAdmitted(message, `Bearer error="${code}", error_description="${message}", ${where}`);
  }
}
