import type { RequestHandler } from "express";
import type { AuditClient } from "../audit/index.ts";
import type { Sessions } from "../sessions/index.ts";

export interface HealthSources {
  readonly service: string;
  readonly sessions: Sessions | undefined;
  readonly audit: AuditClient;
}

/**
 * Liveness, so 200 as long as the process answers: a task replaced because Redis or Splunk is down would be no better
 * off. The body shows whether they are really in use; the status must not depend on it.
 */
export function health({ service, sessions, audit }: HealthSources): RequestHandler {
  return (_req, res) => {
    res.set("Cache-Control", "no-store").json({
      status: "ok",
      service,
      sessions: sessions?.status() ?? { backend: "none" },
      audit: audit.status(),
    });
  };
}
