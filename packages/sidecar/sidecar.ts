import { InMemoryServerEventBus } from "@modelcontextprotocol/server";
import type { AuditClient } from "#starter/audit/index.ts";
import type { Log } from "#starter/log.ts";
import { keepAliveOf } from "#starter/server/endpoint.ts";
import { listen } from "#starter/server/listen.ts";
import { openAdmission } from "#starter/starter.ts";
import { auditSeconds } from "#starter/stop-times.ts";
import { createApp } from "./app.ts";
import { Allowance } from "./calls/allowance.ts";
import { openCatalog } from "./calls/catalog.ts";
import { openLedger } from "./calls/ledger.ts";
import { type Metrics, openMetrics } from "./calls/metrics.ts";
import type { HttpServer, SidecarConfig, StdioServer } from "./config.ts";
import type { ServerHealth } from "./health.ts";
import { forwardTo, type Serve } from "./http/forward.ts";
import { openSessionIds } from "./http/session-id.ts";
import { askForTools } from "./http/tools.ts";
import { openUpstream } from "./http/upstream.ts";
import { Children } from "./stdio/children.ts";
import { listTools, publisher, serveStdio } from "./stdio/serve.ts";

export interface Sidecar {
  readonly port: number;
  /** Lets requests in flight finish, then ends what it started and delivers what is left of audit trail and metrics. */
  stop(): Promise<void>;
}

/** The server behind, of either kind. */
interface Behind {
  readonly serve: Serve;
  health(): Promise<ServerHealth>;
  close(): Promise<void>;
}

interface Surroundings {
  readonly config: SidecarConfig;
  readonly audit: AuditClient;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface SidecarParts {
  readonly config: SidecarConfig;
  readonly audit: AuditClient;
  readonly log: Log;
  /** Takes a line for the log that is a metric. */
  readonly write: (line: string) => void;
}

export async function startSidecar({ config, audit, log, write }: SidecarParts): Promise<Sidecar> {
  const { common, server, metricsNamespace } = config;
  const admission = await openAdmission(common, log);
  const metrics = openMetrics({ namespace: metricsNamespace, service: common.service, write });
  const surroundings = { config, audit, metrics, log };
  const behind = server.kind === "http" ? behindHttp(server, surroundings) : behindStdio(server, surroundings);
  const app = createApp({
    config: common,
    admission,
    allowance: new Allowance(config.callsPerMinute),
    audit,
    log,
    serve: behind.serve,
    server: behind.health,
  });
  const listener = await listen(app, common);
  log.info("Listening.", { port: listener.port, server: server.kind });

  return {
    port: listener.port,
    stop: async () => {
      const cutOff = await listener.drain(common.drainSeconds * 1_000);
      await behind.close();
      metrics.close();
      await audit.close(auditSeconds * 1_000);
      if (admission.kind === "login") await admission.sessions.close();
      log.info("Stopped.", { cut_off: cutOff });
    },
  };
}

/** Calls are written down once their tool is known, or this long after. */
const toolsPatienceMs = 5_000;

function behindHttp({ url, health }: HttpServer, { config, audit, metrics, log }: Surroundings): Behind {
  const upstream = openUpstream(url, health);
  const catalog = openCatalog(() => askForTools(url, toolsPatienceMs));
  const ledger = openLedger({ audit, catalog, metrics });
  const serve = forwardTo({
    upstream,
    sessionIds: openSessionIds(config.common.sessionKeys),
    catalog,
    ledger,
    metrics,
    log,
    patienceMs: config.patienceMs,
  });
  return {
    serve,
    health: async () => ({ healthy: await upstream.isHealthy(), kind: "http" }),
    close: async () => {
      await ledger.settled();
      upstream.close();
    },
  };
}

function behindStdio(server: StdioServer, { config, audit, metrics, log }: Surroundings): Behind {
  const { patienceMs } = config;
  const keepAliveMs = keepAliveOf(config.common.idleTimeoutSeconds);
  const bus = new InMemoryServerEventBus();
  const children = new Children({ ...server, log, onFault: (fault) => metrics.fault(fault), onNotice: publisher(bus) });
  // The process that is begun here proves the image, and is there for the first caller where all share it.
  const first = server.instances === "shared" ? "" : "anonymous";
  const catalog = openCatalog(async () => listTools((await children.get(first)).child, toolsPatienceMs));
  const ledger = openLedger({ audit, catalog, metrics });
  void catalog.argumentsOf("");
  return {
    serve: serveStdio({ children, instances: server.instances, catalog, ledger, patienceMs, keepAliveMs, bus }),
    health: async () => {
      // Until one has answered, the balancer's question is what begins the next attempt.
      if (!children.hasAnswered) await children.get(first).catch(() => undefined);
      return { healthy: children.hasAnswered, kind: "stdio", processes: children.size };
    },
    close: async () => {
      await ledger.settled();
      await children.stop();
    },
  };
}
