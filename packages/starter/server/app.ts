import type { McpServer, ServerEventBus } from "@modelcontextprotocol/server";
import express, { type ErrorRequestHandler, type Express } from "express";
import type { AuditClient, Watch } from "../audit/index.ts";
import type { Config } from "../config.ts";
import { describeError, type Log } from "../log.ts";
import { noGoogle } from "../login/access.ts";
import { clientStatusOf } from "../login/oauth-failure.ts";
import type { Sessions } from "../sessions/index.ts";
import { StoreUnavailable } from "../sessions/store.ts";
import { type Admission, NotAdmitted } from "./admission.ts";
import { mcpEndpoint, type Visitor } from "./endpoint.ts";
import { health } from "./health.ts";
import type { Occasion } from "./mcp.ts";
import { openOrigins } from "./origin.ts";
import { Refusal } from "./refusal.ts";
import { logRequests } from "./requests.ts";

export interface AppOptions {
  readonly config: Pick<Config, "service" | "externalUrl" | "host" | "allowedOrigins" | "idleTimeoutSeconds">;
  readonly admission: Admission;
  readonly audit: AuditClient;
  readonly log: Log;
  readonly createServer: (occasion: Occasion) => McpServer;
  readonly argumentsOf: Watch["argumentsOf"];
  readonly bus?: ServerEventBus;
}

export function createApp(options: AppOptions): Express {
  const { config, admission, audit, log } = options;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // The balancer is the one hop in front; it appends the client's address to X-Forwarded-For.
  app.set("trust proxy", 1);
  app.use(logRequests(log));
  app.get("/health", health({ service: config.service, sessions: sessionsOf(admission), audit }));
  const origins = openOrigins(config);
  app.use("/mcp", origins.shareWithPages, origins.require);
  const identify =
    admission.kind === "open" ? async () => anonymous : admission.install(app, { ...origins, audit, log });
  app.use("/mcp", mcpEndpoint({ ...options, idleTimeoutSeconds: config.idleTimeoutSeconds, identify }), answerMcp(log));
  app.use((_req, res) => {
    res.status(404).json({ error: "not_found", error_description: "Nothing is here." });
  });
  app.use(answerFailure(log));
  return app;
}

export const anonymous: Visitor = {
  context: { caller: { subject: "anonymous" }, google: noGoogle },
  actor: { user: { id: "anonymous" } },
};

function sessionsOf(admission: Admission): Sessions | undefined {
  return admission.kind === "login" ? admission.sessions : undefined;
}

/** A caller's mistake with its own status, in the shape of JSON-RPC; 500 is our own failure alone. */
export function answerMcp(log: Log): ErrorRequestHandler {
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

export function answerFailure(log: Log): ErrorRequestHandler {
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
