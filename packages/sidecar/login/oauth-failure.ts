import type { ErrorRequestHandler, Response } from "express";
import { describeError, type Log } from "../log.ts";
import { Refusal } from "../server/refusal.ts";
import { StoreUnavailable } from "../sessions/index.ts";

/** RFC 6749, 7009, 7591 and 8707; `invalid_token` is RFC 6750's. */
export type OAuthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_client_metadata"
  | "invalid_grant"
  | "invalid_redirect_uri"
  | "invalid_target"
  | "invalid_token"
  | "temporarily_unavailable"
  | "unsupported_grant_type";

/** What a client did wrong, in OAuth's words. */
export class OAuthFailure extends Error {
  readonly code: OAuthErrorCode;
  readonly status: number;

  constructor(code: OAuthErrorCode, message: string, status = statusOf(code)) {
    super(message);
    this.name = "OAuthFailure";
    this.code = code;
    this.status = status;
  }
}

function statusOf(code: OAuthErrorCode): number {
  switch (code) {
    case "invalid_client":
    case "invalid_token":
      return 401;
    case "temporarily_unavailable":
      return 503;
    default:
      return 400;
  }
}

/** Seconds after which clients that respect it come back: a failover is usually over then. */
const retryAfterSeconds = 5;

/**
 * A caller's mistake as OAuth's error, and undefined for a failure of ours. The session store's outage is a 503: told
 * anything else, a client would give up its login.
 */
export function failureOf(error: unknown): OAuthFailure | undefined {
  if (error instanceof OAuthFailure) return error;
  if (error instanceof StoreUnavailable) return new OAuthFailure("temporarily_unavailable", error.message);
  if (error instanceof Refusal) return new OAuthFailure("invalid_request", error.message, error.status);
  const status = clientStatusOf(error);
  if (status === undefined) return undefined;
  return new OAuthFailure("invalid_request", "The request is malformed.", status);
}

function clientStatusOf(error: unknown): number | undefined {
  if (!(error instanceof Error && "status" in error && typeof error.status === "number")) return undefined;
  return error.status >= 400 && error.status < 500 ? error.status : undefined;
}

export function sendOAuthFailure(res: Response, { code, status, message }: OAuthFailure): void {
  if (status === 401) res.set("WWW-Authenticate", 'Basic realm="token"');
  if (status === 429 || status === 503) res.set("Retry-After", String(status === 503 ? retryAfterSeconds : 60));
  res.status(status).set("Cache-Control", "no-store").json({ error: code, error_description: message });
}

/** For the routes that clients call themselves; people see pages. */
export function answerOAuth(log: Log): ErrorRequestHandler {
  return (error, _req, res, _next) => {
    const failure = failureOf(error);
    if (failure !== undefined) {
      sendOAuthFailure(res, failure);
      return;
    }
    log.error(`A request failed: ${describeError(error)}`, { request_id: String(res.locals.requestId) });
    res.status(500).json({ error: "server_error", error_description: "The server failed. Try again later." });
  };
}

/** For what is none of the login's routes, such as a body that Express itself refuses. */
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
