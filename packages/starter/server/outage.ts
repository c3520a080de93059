import type { RequestHandler } from "express";

/** Clients that respect it come back when a failover is usually over. */
const retryAfterSeconds = 5;

/**
 * Turns OAuth's `temporarily_unavailable` into the 503 that it means. The SDK's handlers answer every OAuth error with
 * 400 and every other one with 500, and either would make a client give up its login.
 */
export const answerOutage: RequestHandler = (_req, res, next) => {
  const send = res.json.bind(res);
  res.json = (body: unknown) => {
    if (isOutage(body)) res.status(503).set("Retry-After", String(retryAfterSeconds));
    return send(body);
  };
  next();
};

function isOutage(body: unknown): boolean {
  return typeof body === "object" && body !== null && "error" in body && body.error === "temporarily_unavailable";
}
