import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from "express";
import type { AuditClient } from "../audit/index.ts";
import { describeError, type Log } from "../log.ts";
import { parseJson, readBody } from "../server/body.ts";
import type { Origins } from "../server/origin.ts";
import type { LoginAddress } from "./address.ts";
import { authorize } from "./authorize.ts";
import { Budget } from "./budget.ts";
import type { Clients } from "./clients.ts";
import { openConsent } from "./consent.ts";
import type { IdentityProvider } from "./identity.ts";
import type { Remembered } from "./memo.ts";
import { answerMetadata } from "./metadata.ts";
import { answerOAuth, failureOf, OAuthFailure } from "./oauth-failure.ts";
import { sendProblemPage } from "./page.ts";
import type { LoginRecords } from "./records.ts";
import { parseMetadata, register } from "./registration.ts";
import { openTokenEndpoint } from "./token-endpoint.ts";
import type { Grant, TokenDesk } from "./tokens.ts";

/** What the login has in common at every address of this server. */
export interface LoginCommon {
  readonly records: LoginRecords;
  readonly clients: Clients;
  readonly desk: TokenDesk;
  readonly verified: Remembered<Grant>;
  readonly budgets: ReturnType<typeof openBudgets>;
  readonly allowedRedirects: readonly string[];
  readonly shareWithPages: Origins["shareWithPages"];
  readonly audit: AuditClient;
  readonly log: Log;
}

/** One address may be an office's. What strangers leave behind is bounded by what all of them together may do. */
export function openBudgets() {
  return {
    /** Each leaves a record of up to 6 kB for ten minutes. */
    pages: new Budget({ windowMs: 60_000, perAddress: 300, inAll: 1_200 }),
    tokens: new Budget({ windowMs: 60_000, perAddress: 600, inAll: 60_000 }),
    /** Each leaves a record of up to 6 kB for a day. */
    registrations: new Budget({ windowMs: 3_600_000, perAddress: 120, inAll: 500 }),
  };
}

/** What a client may call of the login, and by which methods. */
const methods: Readonly<Record<string, string>> = {
  "/authorize": "GET, POST",
  "/consent": "POST",
  "/register": "POST",
  "/token": "POST",
  "/revoke": "POST",
};
const calledByClients = ["/register", "/token", "/revoke"];

const mostBytes = 10_240;
const mostParameters = 50;
const form = bodyOf("application/x-www-form-urlencoded");

/** The login as it is at one address of this server. */
export function loginRoutes(address: LoginAddress, provider: IdentityProvider, common: LoginCommon): RequestHandler {
  const { records, clients, budgets, log } = common;
  const callback = address.redirectUri.pathname;
  const consent = openConsent({ ...common, provider, address });
  const tokens = openTokenEndpoint({ ...common, address, now: Date.now, onEnd: common.verified.forget });
  const routes = Router();

  routes.use(["/.well-known", ...calledByClients], (req, res, next) => {
    if (!common.shareWithPages(req, res)) next();
  });
  routes.use(answerMetadata(address));
  for (const [path, allow] of Object.entries({ ...methods, [callback]: "GET" })) routes.all(path, requireMethod(allow));

  const ask: RequestHandler = async (req, res) => {
    budgets.pages.spend(req.ip ?? "");
    const asked = req.method === "POST" ? formOf(req) : queryOf(req);
    await authorize(res, asked, { records, clients, address, providerName: provider.name });
  };
  routes.get("/authorize", ask);
  routes.post("/authorize", form, ask);
  routes.post("/consent", form, (req, res) => consent.leave(req, res, formOf(req)));
  routes.get(callback, (req, res) => consent.comeBack(req, res, queryOf(req)));

  routes.post("/register", bodyOf("application/json"), async (req, res) => {
    const client = register(parseMetadata(parseJson(String(req.body))), common.allowedRedirects, Date.now());
    budgets.registrations.spend(req.ip ?? "");
    await clients.add(client);
    res.status(201).set("Cache-Control", "no-store").json(client);
  });
  routes.post("/token", form, async (req, res) => {
    budgets.tokens.spend(req.ip ?? "");
    res.set("Cache-Control", "no-store").json(await tokens.exchange(req.get("authorization"), formOf(req)));
  });
  routes.post("/revoke", form, async (req, res) => {
    budgets.tokens.spend(req.ip ?? "");
    await tokens.revoke(req.get("authorization"), formOf(req));
    res.set("Cache-Control", "no-store").json({});
  });

  routes.use(calledByClients, answerOAuth(log));
  routes.use(["/authorize", "/consent", callback], showFailure(log));
  return routes;
}

function requireMethod(allow: string): RequestHandler {
  const allowed = allow.split(", ");
  return (req, res, next) => {
    // Express answers HEAD as GET.
    if (allowed.includes(req.method === "HEAD" ? "GET" : req.method)) return next();
    res.set("Allow", allow);
    throw new OAuthFailure("invalid_request", `Use ${allow}.`, 405);
  };
}

/** Express's own parsers answer a body that is too large when all of it has come. */
function bodyOf(type: string): RequestHandler {
  return async (req, _res, next) => {
    req.body = await readBody(req, type, mostBytes);
    next();
  };
}

function formOf(req: Request): URLSearchParams {
  const body: unknown = req.body;
  const parameters = new URLSearchParams(typeof body === "string" ? body : "");
  if (parameters.size > mostParameters) {
    throw new OAuthFailure("invalid_request", `A form has at most ${mostParameters} parameters.`);
  }
  return parameters;
}

function queryOf(req: Request): URLSearchParams {
  const at = req.originalUrl.indexOf("?");
  return new URLSearchParams(at === -1 ? "" : req.originalUrl.slice(at + 1));
}

/** For the routes that people see. */
function showFailure(log: Log): ErrorRequestHandler {
  return (error, _req, res, _next) => {
    const failure = failureOf(error);
    if (failure === undefined) {
      log.error(`A request failed: ${describeError(error)}`, { request_id: String(res.locals.requestId) });
      sendProblemPage(res, 500, "The server failed. Try again later.");
      return;
    }
    if (failure.status === 503) res.set("Retry-After", "5");
    sendProblemPage(res, failure.status, failure.message);
  };
}
