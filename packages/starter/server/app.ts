import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import express, { type ErrorRequestHandler, type Express } from "express";
import type { AuditClient, Watch } from "../audit/index.ts";
import type { Config } from "../config.ts";
import { describeError, type Log } from "../log.ts";
import { noGoogle } from "../login/access.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Admission } from "./admission.ts";
import { mcpEndpoint, type Visitor } from "./endpoint.ts";
import { health } from "./health.ts";
import { installLogin } from "./login.ts";
import { requireOwnOrigin } from "./origin.ts";
import { logRequests } from "./requests.ts";

export interface AppOptions {
  readonly config: Pick<Config, "service" | "externalUrl" | "host">;
  readonly admission: Admission;
  readonly audit: AuditClient;
  readonly log: Log;
  readonly createServer: (context: Visitor["context"]) => McpServer;
  readonly argumentsOf: Watch["argumentsOf"];
}

export function createApp(options: AppOptions): Express {
  const { config, admission, audit, log } = options;
  const app = express();
  app.disable("x-powered-by");
  // The balancer is the one hop in front; it appends the client's address to X-Forwarded-For.
  app.set("trust proxy", 1);
  app.use(logRequests(log));
  app.get("/health", health({ service: config.service, sessions: sessionsOf(admission), audit }));
  app.use("/mcp", requireOwnOrigin(config));
  const identify = admission.kind === "open" ? async () => anonymous : installLogin(app, admission, audit, log);
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

function sessionsOf(admission: Admission): Sessions | undefined {
  return admission.kind === "login" ? admission.sessions : undefined;
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
