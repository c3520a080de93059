import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import type { Log } from "../log.ts";

/**
 * Gives every request an id, returned as `X-Request-Id`, and logs it when it is answered: method, path, status and
 * duration. The query is left out, because authorization codes travel in it. The balancer's health checks are too
 * frequent to log.
 */
export function logRequests(log: Log): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const path = req.path;
    res.locals.requestId = requestId;
    res.set("X-Request-Id", requestId);
    res.on("close", () => {
      if (path === "/health") return;
      log.info("request", {
        method: req.method,
        path: path.slice(0, 200),
        status: res.statusCode,
        duration_ms: Math.round(performance.now() - startedAt),
        request_id: requestId,
        trace: traceOf(req.get("x-amzn-trace-id")),
        finished: res.writableFinished,
      });
    });
    next();
  };
}

/** The balancer's trace id; anything else in the header is untrusted and stays out of the log. */
function traceOf(header: string | undefined): string | undefined {
  return header?.match(/Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/)?.[1];
}
