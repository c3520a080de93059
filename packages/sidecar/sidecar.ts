import { setMaxListeners } from "node:events";
import { auditSeconds } from "#fleet/timing.ts";
import { type AuditClient, noAudit } from "./audit/client.ts";
import { openMetrics } from "./calls/metrics.ts";
import type { Config } from "./config.ts";
import type { LineSink, Log } from "./log.ts";
import type { Admission } from "./server/admission.ts";
import { createApp } from "./server/app.ts";
import { listen } from "./server/listen.ts";
import type { Behind, Surroundings } from "./server/serve.ts";

export interface Sidecar {
  readonly port: number;
  /** Lets requests in flight finish, then ends what it started and delivers what is left of audit trail and metrics. */
  stop(): Promise<void>;
}

export interface SidecarParts {
  readonly config: Config;
  readonly log: Log;
  /** Takes a line for the log that is a metric. */
  readonly write: LineSink;
  /** As the configuration says, unless they are given. */
  readonly audit?: AuditClient;
  readonly admission?: Admission;
}

/** Login, audit trail, limits and metrics, around what `open` gives. */
export async function startSidecar(
  { config, log, write, ...given }: SidecarParts,
  open: (surroundings: Surroundings) => Promise<Behind> | Behind,
): Promise<Sidecar> {
  const admission = given.admission ?? (await openAdmission(config, log));
  const audit = given.audit ?? (await openAuditOf(config, log));
  const metrics = openMetrics({ namespace: config.metricsNamespace, service: config.key ?? config.service, write });
  const sessions = admission.kind === "login" ? admission.sessions : undefined;
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const behind = await open({ config, stopping: stopping.signal, sessions, audit, metrics, log });
  const app = createApp({ config, admission, audit, log, serve: behind.serve, server: behind.health });
  const listener = await listen(app, config);
  log.info("Listening.", { port: listener.port });

  return {
    port: listener.port,
    stop: async () => {
      const graceMs = config.drainSeconds * 1_000;
      const stoppedAt = performance.now();
      stopping.abort();
      const cutOff = await listener.drain(graceMs);
      await behind.close(Math.max(0, graceMs - (performance.now() - stoppedAt)));
      metrics.close();
      await audit.close(auditSeconds * 1_000);
      await sessions?.close();
      log.info("Stopped.", { cut_off: cutOff });
    },
  };
}

/** What a login needs is loaded where there is one: it is a third of what a start takes. */
async function openAdmission({ login }: Config, log: Log): Promise<Admission> {
  if (login.kind === "none") {
    log.warn("MCP_LOGIN is none: anyone who can reach this server can call its tools.");
    return { kind: "open" };
  }
  const { openLogin } = await import("./server/login.ts");
  return openLogin(login, log);
}

async function openAuditOf({ audit, service }: Config, log: Log): Promise<AuditClient> {
  if (audit.kind === "splunk") {
    const { openAudit } = await import("./audit/index.ts");
    return openAudit(audit, service, log);
  }
  log.warn("AUDIT_LOG_ENABLED is not true: nothing is sent to Splunk.");
  return noAudit;
}
