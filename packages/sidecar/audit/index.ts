/**
 * An audit log for any server: events go to Splunk's HTTP Event Collector in batches, off the request's path, and wait
 * on disk while it is away.
 *
 * @example
 * const audit = await openAudit({ url, token, index: "mcp_audit", source: "mcp-mail", ... }, "mail", log);
 * await server.connect(transport);
 * watchTransport(transport, { audit, actor, requestId, argumentsOf });
 */
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../log.ts";
import type { AuditClient } from "./client.ts";
import { connectHec } from "./hec.ts";
import { openSplunkAudit } from "./splunk.ts";

export { type AuditClient, type AuditStatus, noAudit } from "./client.ts";
export type { AuditEvent, LoginEvent, ToolCallEvent } from "./event.ts";
export { type Watch, watchTransport } from "./watch.ts";

export interface AuditOptions {
  readonly url: URL;
  readonly token: string;
  readonly index: string;
  readonly source: string;
  readonly sourcetype: string;
  /** Where events wait; by default a directory under the system's temporary one. */
  readonly spoolDirectory: string | undefined;
  readonly spoolMaxBytes: number;
}

/** Starts delivering at once. URL and token never change: a new token comes with a new process. */
export function openAudit(options: AuditOptions, service: string, log: Log): Promise<AuditClient> {
  const { index, source, sourcetype } = options;
  return openSplunkAudit({
    hec: connectHec(options),
    envelope: { service, host: hostname(), index, source, sourcetype },
    log,
    spoolRoot: options.spoolDirectory ?? join(tmpdir(), `mcp-audit-${source.replace(/[^\w.-]/g, "_")}`),
    spoolMaxBytes: options.spoolMaxBytes,
  });
}
