import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "../log.ts";

/**
 * Gives a request an id, returned as `X-Request-Id`, and logs it when it is answered: method, path, status and duration.
 * The query is left out, because authorization codes travel in it. The balancer's health checks are too frequent to log.
 */
export function logRequest(req: IncomingMessage, res: ServerResponse, log: Log): string {
  const startedAt = performance.now();
  const requestId = randomUUID();
  const path = pathOf(req);
  res.setHeader("X-Request-Id", requestId);
  res.once("close", () => {
    if (path === "/health") return;
    log.info("request", {
      method: req.method,
      path: path.slice(0, 200),
      status: res.statusCode,
      duration_ms: Math.round(performance.now() - startedAt),
      request_id: requestId,
      trace: traceOf(req.headers["x-amzn-trace-id"]),
      finished: res.writableFinished,
    });
  });
  return requestId;
}

/** Without the query. A request may name a whole address: https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form */
export function pathOf({ url = "/" }: IncomingMessage): string {
  if (!url.startsWith("/")) return URL.parse(url)?.pathname ?? url;
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

/** The balancer is the one hop in front: it appends the client's address to what came. */
export function clientOf({ headers, socket }: IncomingMessage): string {
  const forwarded = headers["x-forwarded-for"];
  const last = typeof forwarded === "string" ? forwarded.slice(forwarded.lastIndexOf(",") + 1).trim() : "";
  return last === "" ? (socket.remoteAddress ?? "") : last;
}

/** The balancer's trace id; anything else in the header is untrusted and stays out of the log. */
function traceOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header.match(/Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/)?.[1] : undefined;
}
