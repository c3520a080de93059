import express, { type Express, type Request, type RequestHandler } from "express";
import type { AuditClient } from "#starter/audit/index.ts";
import type { Config } from "#starter/config.ts";
import { describeError, type Log } from "#starter/log.ts";
import type { Admission } from "#starter/server/admission.ts";
import { anonymous, answerFailure, answerMcp } from "#starter/server/app.ts";
import type { Visitor } from "#starter/server/endpoint.ts";
import { openOrigins } from "#starter/server/origin.ts";
import { logRequests } from "#starter/server/requests.ts";
import { type Allowance, Spent } from "./calls/allowance.ts";
import { health, type ServerHealth } from "./health.ts";
import type { Serve } from "./http/forward.ts";

export interface AppParts {
  readonly config: Pick<Config, "service" | "externalUrl" | "host" | "allowedOrigins">;
  readonly admission: Admission;
  readonly allowance: Allowance;
  readonly audit: AuditClient;
  readonly log: Log;
  readonly serve: Serve;
  readonly server: () => Promise<ServerHealth>;
}

/** Login, `/health` and `/mcp`, as the starter has them, in front of whatever `serve` speaks to. */
export function createApp({ config, admission, allowance, audit, log, serve, server }: AppParts): Express {
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
  /** Who logged in is one caller, wherever they are; without a login, each address is. */
  const callerOf = (req: Request, visitor: Visitor): string =>
    admission.kind === "open" ? (req.ip ?? "") : visitor.context.caller.subject;

  const mcp: RequestHandler = async (req, res, next) => {
    if (req.path !== "/") return next();
    try {
      const visitor = await identify(req);
      allowance.spend(callerOf(req, visitor));
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
