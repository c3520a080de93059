import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { AuditClient } from "../audit/client.ts";
import { Allowance, Spent } from "../calls/allowance.ts";
import type { Config } from "../config.ts";
import { describeError, type Log } from "../log.ts";
import { StoreUnavailable } from "../sessions/store.ts";
import { type Admission, type Door, NotAdmitted } from "./admission.ts";
import { anonymous } from "./anonymous.ts";
import { health, type ServerHealth } from "./health.ts";
import { sendJson } from "./json.ts";
import { openOrigins } from "./origin.ts";
import { Refusal } from "./refusal.ts";
import { clientOf, logRequest, pathOf } from "./requests.ts";
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

/** Login, `/health` and `/mcp`, which `serve` answers. Express serves the login alone: it costs as much as all else here. */
export function createApp({ config, admission, audit, log, serve, server }: AppParts): RequestListener {
  const sessions = admission.kind === "login" ? admission.sessions : undefined;
  const showHealth = health({ service: config.service, server, sessions, audit });
  const origins = openOrigins(config);
  const door: Door | undefined = admission.kind === "login" ? admission.open({ ...origins, audit, log }) : undefined;
  const allowance = config.callsPerMinute === undefined ? undefined : new Allowance(config.callsPerMinute);
  /** Who logged in is one caller, wherever they are; without a login, each address is. */
  const callerOf = (req: IncomingMessage, visitor: Visitor): string =>
    door === undefined ? clientOf(req) : visitor.context.caller.subject;

  async function answerMcp(req: IncomingMessage, res: ServerResponse, requestId: string): Promise<void> {
    if (origins.shareWithPages(req, res)) return;
    origins.require(req);
    // Before the method: clients ask by GET whether there is a login.
    const visitor = door === undefined ? anonymous : await door.identify(req);
    const caller = callerOf(req, visitor);
    allowance?.spend(caller);
    const chargeFor = ({ length }: readonly unknown[]) => length > 1 && allowance?.spend(caller, length - 1);
    await serve(req, res, { ...visitor, chargeFor }, requestId);
  }

  return (req, res) => {
    const requestId = logRequest(req, res, log);
    const fail = (error: unknown): void => {
      if (!res.headersSent) {
        answerFailure(req, res, error, requestId);
        return;
      }
      log.warn(`A stream broke off: ${describeError(error)}`, { request_id: requestId });
      res.destroy();
    };
    const path = pathOf(req);
    if (path === "/mcp" || path === "/mcp/") answerMcp(req, res, requestId).catch(fail);
    else if (path === "/health" && (req.method === "GET" || req.method === "HEAD")) showHealth(res).catch(fail);
    else if (door === undefined) answerNothing(res);
    else door.serve(req, res, () => answerNothing(res));
  };

  /** A caller's mistake with its own status, in the shape of JSON-RPC; 500 is our own failure alone. */
  function answerFailure(req: IncomingMessage, res: ServerResponse, error: unknown, requestId: string): void {
    const answer = (status: number, code: number, message: string) =>
      sendJson(res, status, { jsonrpc: "2.0", error: { code, message }, id: null });
    if (error instanceof Spent) res.setHeader("Retry-After", String(error.retryAfterSeconds));
    if (error instanceof Refusal) answer(error.status, error.code, error.message);
    else if (error instanceof NotAdmitted) {
      res.setHeader("WWW-Authenticate", error.challenge);
      answer(401, -32001, error.message);
    } else if (error instanceof StoreUnavailable) {
      res.setHeader("Retry-After", "5");
      answer(503, -32002, error.message);
    } else if (req.destroyed && !req.complete) answer(400, -32000, "The request broke off.");
    else {
      log.error(`A request failed: ${describeError(error)}`, { request_id: requestId });
      answer(500, -32603, "Internal server error");
    }
  }
}

function answerNothing(res: ServerResponse): void {
  sendJson(res, 404, { error: "not_found", error_description: "Nothing is here." });
}
