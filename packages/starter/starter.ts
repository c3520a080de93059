import { type AuditClient, noAudit, openAudit } from "./audit/index.ts";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";
import type { Admission } from "./server/admission.ts";
import { createApp } from "./server/app.ts";
import { listen } from "./server/listen.ts";
import { createMcpServer } from "./server/mcp.ts";
import { openRoundState } from "./server/round-state.ts";
import { auditSeconds } from "./stop-times.ts";
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

export async function startServer({ config, tools, log }: StarterParts): Promise<Starter> {
  const admission = await openAdmission(config, log);
  const audit = await openAuditOf(config, log);
  const identity = { name: config.service, version: "1.0.0" };
  const parts = { identity, tools, rounds: openRoundState(config.sessionKeys) };
  const byName = new Map(tools.map((tool) => [tool.name, Object.keys(tool.input)]));
  const app = createApp({
    config,
    admission,
    audit,
    log,
    createServer: (occasion) => createMcpServer(parts, occasion),
    argumentsOf: (tool) => byName.get(tool),
  });
  const listener = await listen(app, config);
  log.info("Listening.", { port: listener.port, tools: tools.map((tool) => tool.name) });

  return {
    port: listener.port,
    stop: async () => {
      const cutOff = await listener.drain(config.drainSeconds * 1000);
      await audit.close(auditSeconds * 1000);
      if (admission.kind === "login") await admission.sessions.close();
      log.info("Stopped.", { cut_off: cutOff });
    },
  };
}

/** What a login needs is loaded where there is one: it is a third of what a start takes. */
export async function openAdmission({ login }: Config, log: Log): Promise<Admission> {
  if (login.kind === "none") {
    log.warn("MCP_LOGIN is none: anyone who can reach this server can call its tools.");
    return { kind: "open" };
  }
  const { openLogin } = await import("./server/login.ts");
  return openLogin(login, log);
}

export async function openAuditOf({ audit, service }: Config, log: Log): Promise<AuditClient> {
  if (audit.kind === "splunk") return openAudit(audit, service, log);
  log.warn("AUDIT_LOG_ENABLED is not true: nothing is sent to Splunk.");
  return noAudit;
}
