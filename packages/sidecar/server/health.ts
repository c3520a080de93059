import type { ServerResponse } from "node:http";
import type { AuditClient } from "../audit/client.ts";
import type { Sessions } from "../sessions/index.ts";
import { sendJson } from "./json.ts";

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
export function health({ service, server, sessions, audit }: HealthSources): (res: ServerResponse) => Promise<void> {
  return async (res) => {
    const behind = await server?.();
    const healthy = behind?.healthy ?? true;
    res.setHeader("Cache-Control", "no-store");
    sendJson(res, healthy ? 200 : 503, {
      status: healthy ? "ok" : "unavailable",
      service,
      ...(behind && { server: behind }),
      sessions: sessions?.status() ?? { backend: "none" },
      audit: audit.status(),
    });
  };
}
