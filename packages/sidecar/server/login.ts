import type { IncomingMessage } from "node:http";
import express from "express";
import type { Log } from "../log.ts";
import { accessProvider } from "../login/access.ts";
import { addressAt, type LoginAddress, scope } from "../login/address.ts";
import { type ClientDocuments, openClientDocuments } from "../login/client-document.ts";
import { openClients } from "../login/clients.ts";
import { connectProvider, type IdentityProvider, type ProviderConfig } from "../login/identity.ts";
import { remember } from "../login/memo.ts";
import { resourceMetadataUrl } from "../login/metadata.ts";
import { answerFailure, OAuthFailure } from "../login/oauth-failure.ts";
import { openLoginRecords } from "../login/records.ts";
import { type LoginCommon, loginRoutes, openBudgets } from "../login/routes.ts";
import { type Grant, openTokenDesk, whoIs } from "../login/tokens.ts";
import { openSessions, type Sessions } from "../sessions/index.ts";
import { addressOf } from "./address.ts";
import { type Admission, type Door, type DoorParts, NotAdmitted } from "./admission.ts";
import { pathOf } from "./requests.ts";

export interface LoginParts {
  readonly config: ProviderConfig;
  readonly provider: IdentityProvider;
  readonly documents: ClientDocuments;
  readonly sessions: Sessions;
}

/** Requests to any other address are answered as at the public one. */
const addressesAtMost = 8;

export function openLogin(config: ProviderConfig, log: Log): Admission {
  return admitByLogin({
    config,
    provider: connectProvider(config),
    documents: openClientDocuments(config.allowedRedirects),
    sessions: openSessions({ backend: config.sessions, namespace: config.externalUrl.host, log }),
  });
}

export function admitByLogin(login: LoginParts): Admission {
  return { kind: "login", sessions: login.sessions, open: (parts) => openDoor(login, parts) };
}

function openDoor(login: LoginParts, parts: DoorParts): Door {
  const { config, sessions } = login;
  const { audit } = parts;
  const records = openLoginRecords(sessions);
  const desk = openTokenDesk({
    records,
    now: Date.now,
    onReuse: (grant) => {
      common.verified.forget();
      audit.record({ action: "logout", outcome: "failed", reason: "refresh_token_reused", ...whoIs(grant) });
    },
  });
  const common: LoginCommon = {
    ...parts,
    records,
    desk,
    clients: openClients(records, login.documents),
    verified: remember(desk.verify, Date.now),
    budgets: openBudgets(),
    allowedRedirects: config.allowedRedirects,
  };
  const open = (address: LoginAddress, provider: IdentityProvider) => ({
    address,
    routes: loginRoutes(address, provider, common),
  });
  const main = open(addressAt(config.externalUrl, config.redirectUri), login.provider);
  const logins = new Map([[config.externalUrl.href, main]]);

  function loginAt(req: IncomingMessage) {
    const externalUrl = addressOf(req, config.externalUrl);
    const known = logins.get(externalUrl.href);
    if (known !== undefined) return known;
    if (logins.size >= addressesAtMost) return main;
    const redirectUri = new URL(config.redirectUri.pathname, externalUrl);
    const added = open(addressAt(externalUrl, redirectUri), connectProvider({ ...config, externalUrl, redirectUri }));
    logins.set(externalUrl.href, added);
    return added;
  }

  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // The balancer is the one hop in front; it appends the client's address to X-Forwarded-For.
  app.set("trust proxy", 1);
  app.use((req, res, next) => {
    res.locals.requestId = res.getHeader("X-Request-Id");
    return parts.isOwnHost(req) ? loginAt(req).routes(req, res, next) : next();
  });
  app.use(answerFailure(parts.log));

  return {
    identify: async (req) => {
      const grant = await admit(req, loginAt(req).address, common);
      return {
        context: { caller: grant.login.user, google: accessProvider(login.provider, records, grant) },
        actor: whoIs(grant),
      };
    },
    serve: app,
  };
}

async function admit(req: IncomingMessage, address: LoginAddress, { verified }: LoginCommon): Promise<Grant> {
  const where = `resource_metadata="${resourceMetadataUrl(address, pathOf(req))}", scope="${scope}"`;
  const [, token] = /^Bearer +([\w.~+/=-]{1,512})$/i.exec(req.headers.authorization ?? "") ?? [];
  if (token === undefined) throw new NotAdmitted("This server requires a login.", `Bearer ${where}`);
  try {
    return await verified.get(token);
  } catch (error) {
    if (!(error instanceof OAuthFailure)) throw error;
    const { code, message } = error;
    throw new NotAdmitted(message, `Bearer error="${code}", error_description="${message}", ${where}`);
  }
}
