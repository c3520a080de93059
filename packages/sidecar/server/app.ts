import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from "express";
import type { AuditClient } from "../audit/index.ts";
import { Allowance, Spent } from "../calls/allowance.ts";
import type { Config } from "../config.ts";
import { describeError, type Log } from "../log.ts";
import { clientStatusOf } from "../login/oauth-failure.ts";
import { StoreUnavailable } from "../sessions/store.ts";
import { type Admission, NotAdmitted } from "./admission.ts";
import { anonymous } from "./anonymous.ts";
import { health, type ServerHealth } from "./health.ts";
import { openOrigins } from "./origin.ts";
import { Refusal } from "./refusal.ts";
import { logRequests } from "./requests.ts";
import type { Serve, Visitor } from "./serve.ts";

export interface AppParts {
  readonly config: Pick<Config, "service" | "externalUrl" | "host" | "allowedOrigins" | "callsPerMinute">;
  readonly admission: Admission;
  readonly audit: AuditClient;
  readonly log: Log;
  readonly serve: Serve;
  /** How the server behind is, where there is one. */
  readonly server?: (() => Promise<ServerHealth>) | undefined;
}

/** Login, `/health` and `/mcp`, which `serve` answers. */
export function createApp({ config, admission, audit, log, serve, server }: AppParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // The balancer is the one hop in front; it appends the client's address to X-Forwarded-For.
  app.set("trust proxy", 1);
  app.use(logRequests(log));
  const sessions = admission.kind === "login" ? admission.sessions : undefined;
  app.get("/health", health({ service: config.service, server, sessions, audit }));
  const origins = openOrigins(config);
  app.use("/mcp", origins.shareWithPages, origins.require);
  const identify =
    admission.kind === "open" ? async () => anonymous : admission.install(app, { ...origins, audit, log });
  const allowance = config.callsPerMinute === undefined ? undefined : new Allowance(config.callsPerMinute);
  /** Who logged in is one caller, wherever they are; without a login, each address is. */
  const callerOf = (req: Request, visitor: Visitor): string =>
    admission.kind === "open" ? (req.ip ?? "") : visitor.context.caller.subject;

  const mcp: RequestHandler = async (req, res, next) => {
    if (req.path !== "/") return next();
    try {
      // Before the method: clients ask by GET whether there is a login.
      const visitor = await identify(req);
      allowance?.spend(callerOf(req, visitor));
      await serve(req, res, visitor);
    } catch (error) {
      if (error instanceof Spent) res.set("Retry-After", String(error.retryAfterSeconds));
      if (!res.headersSent) return next(error);
      log.warn(`A stream broke off: ${describeError(error)}`, { request_id: String(res.locals.requestId) });
      res.destroy();
    }
  };
  app.use("/mcp", mcp, answerMcp(log));
  app.use((_req, res) => {
    res.status(404).json({ error: "not_found", error_description: "Nothing is here." });
  });
  app.use(answerFailure(log));
  return app;
}

/** A caller's mistake with its own status, in the shape of JSON-RPC; 500 is our own failure alone. */
function answerMcp(log: Log): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const answer = (status: number, code: number, message: string) =>
      res.status(status).json({ jsonrpc: "2.0", error: { code, message }, id: null });
    if (error instanceof Refusal) answer(error.status, error.code, error.message);
    else if (error instanceof NotAdmitted) {
      res.set("WWW-Authenticate", error.challenge);
      answer(401, -32001, error.message);
    } else if (error instanceof StoreUnavailable) {
      res.set("Retry-After", "5");
      answer(503, -32002, error.message);
    } else if (req.destroyed && !req.complete) answer(400, -32000, "The request broke off.");
    else {
      log.error(`A request failed: ${describeError(error)}`, { request_id: String(res.locals.requestId) });
      answer(500, -32603, "Internal server error");
    }
  };
}

function answerFailure(log: Log): ErrorRequestHandler {
  return (error, _req, res, _next) => {
    const status = clientStatusOf(error);
    if (status !== undefined) {
      res.status(status).json({ error: "invalid_request", error_description: "The request is malformed." });
      return;
    }
    log.error(`A request failed: ${describeError(error)}`, { request_id: String(res.locals.requestId) });
    res.status(500).json({ error: "server_error", error_description: "The server failed. Try again later." });
  };
}
