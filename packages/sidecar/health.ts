import type { RequestHandler } from "express";
import type { AuditClient } from "#starter/audit/index.ts";
import type { Sessions } from "#starter/sessions/index.ts";

/** What `/health` says of the server behind. */
export interface ServerHealth {
  readonly healthy: boolean;
  readonly [detail: string]: string | number | boolean;
}

/**
 * 200 while this process and the server behind it answer: a balancer that sent requests here otherwise would be no help.
 * Redis and Splunk are shown and do not count, as another task would have them no better.
 */
export function health(sources: {
  readonly service: string;
  readonly server: () => Promise<ServerHealth>;
  readonly sessions: Sessions | undefined;
  readonly audit: AuditClient;
}): RequestHandler {
  return async (_req, res) => {
    const server = await sources.server();
    res
      .status(server.healthy ? 200 : 503)
      .set("Cache-Control", "no-store")
      .json({
        status: server.healthy ? "ok" : "unavailable",
        service: sources.service,
        server,
        sessions: sources.sessions?.status() ?? { backend: "none" },
        audit: sources.audit.status(),
      });
  };
}
