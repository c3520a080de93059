import type { AuditClient } from "../audit/index.ts";
import { errorTypeOf } from "../calls/ledger.ts";
import type { Metrics } from "../calls/metrics.ts";
import { type Sidecar, type SidecarParts, startSidecar } from "../sidecar.ts";
import { mcpEndpoint } from "./endpoint.ts";
import { openRoundState } from "./round-state.ts";
import { createMcpServer } from "./server.ts";
import type { AnyTool } from "./tool.ts";

/** Serves tools of one's own from this process. */
export function startTools(tools: readonly AnyTool[], parts: SidecarParts): Promise<Sidecar> {
  const argumentNames = new Map(tools.map(({ name, input }) => [name, Object.keys(input)]));
  return startSidecar(parts, ({ config, audit, metrics, log }) => {
    const identity = { name: config.service, version: "1.0.0" };
    const server = { identity, tools, rounds: openRoundState(config.sessionKeys) };
    log.info("Tools are loaded.", { tools: tools.map(({ name }) => name) });
    return {
      serve: mcpEndpoint({
        createServer: (occasion) => createMcpServer(server, occasion),
        argumentsOf: (tool) => argumentNames.get(tool),
        audit: measured(audit, metrics),
        log,
        idleTimeoutSeconds: config.idleTimeoutSeconds,
      }),
      close: async () => undefined,
    };
  });
}

/** The audit trail's durations are the metrics as well. */
function measured(audit: AuditClient, metrics: Metrics): Pick<AuditClient, "record"> {
  return {
    record(event) {
      if (event.action === "tool_call") metrics.call(event.tool, event.duration_ms / 1_000, errorTypeOf(event.outcome));
      audit.record(event);
    },
  };
}
