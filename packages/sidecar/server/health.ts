import type { RequestHandler } from "express";
import type { AuditClient } from "../audit/index.ts";
import type { Sessions } from "../sessions/index.ts";

/** What `/health` says of the server behind. */
export interface ServerHealth {
  readonly healthy: boolean;
  readonly [detail: string]: string | number | boolean;
}

export interface HealthSources {
  readonly service: string;
  /** The server behind, where there is one. */
  readonly server?: (() => Promise<ServerHealth>) | undefined;
  readonly sessions: Sessions | undefined;
  readonly audit: AuditClient;
}

/**
 * 200 while this process and the server behind it answer: a balancer that sent requests here otherwise would be no help.
 * Redis and Splunk are shown and do not count, as another task would have them no better.
 */
export function health({ service, server, sessions, audit }: HealthSources): RequestHandler {
  return async (_req, res) => {
    const behind = await server?.();
    const healthy = behind?.healthy ?? true;
    res
      .status(healthy ? 200 : 503)
      .set("Cache-Control", "no-store")
      .json({
        status: healthy ? "ok" : "unavailable",
        service,
        ...(behind && { server: behind }),
        sessions: sessions?.status() ?? { backend: "none" },
        audit: audit.status(),
      });
  };
}
