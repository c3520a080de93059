import { type AuditClient, noAudit, openAudit } from "./audit/index.ts";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";
import { connectGoogle } from "./login/google.ts";
import { createApp, type Door } from "./server/app.ts";
import { listen } from "./server/listen.ts";
import { createMcpServer } from "./server/mcp.ts";
import { openSessions } from "./sessions/index.ts";
import type { AnyTool } from "./tool.ts";

export interface Starter {
  readonly port: number;
  /** Lets requests in flight finish, then delivers the audit events that are left. */
  stop(): Promise<void>;
}

export interface StarterParts {
  readonly config: Config;
  readonly tools: readonly AnyTool[];
  readonly log: Log;
}

/** Part of the 30 s that ECS leaves after SIGTERM; the rest is the requests'. */
const auditDeadlineMs = 5_000;

export async function startServer({ config, tools, log }: StarterParts): Promise<Starter> {
  const door = openDoor(config, log);
  const audit = await openAuditOf(config, log);
  const byName = new Map(tools.map((tool) => [tool.name, Object.keys(tool.input)]));
  const app = createApp({
    config,
    door,
    audit,
    log,
    createServer: (context) => createMcpServer({ name: config.service, version: "1.0.0" }, tools, context),
    argumentsOf: (tool) => byName.get(tool),
  });
  const listener = await listen(app, config.host, config.port);
  log.info("Listening.", { port: listener.port, tools: tools.map((tool) => tool.name) });

  return {
    port: listener.port,
    stop: async () => {
      const cutOff = await listener.drain(config.drainSeconds * 1000);
      await audit.close(auditDeadlineMs);
      if (door.kind === "login") await door.sessions.close();
      log.info("Stopped.", { cut_off: cutOff });
    },
  };
}

function openDoor({ login }: Config, log: Log): Door {
  if (login.kind === "none") {
    log.warn("MCP_LOGIN is none: whoever reaches this server can call its tools.");
    return { kind: "open" };
  }
  const sessions = openSessions({ backend: login.sessions, namespace: login.externalUrl.host, log });
  return { kind: "login", config: login, google: connectGoogle(login), sessions };
}

async function openAuditOf({ audit, service }: Config, log: Log): Promise<AuditClient> {
  if (audit.kind === "splunk") return openAudit(audit, service, log);
  log.warn("AUDIT_LOG_ENABLED is not true: nothing is sent to Splunk.");
  return noAudit;
}
