import { InMemoryServerEventBus, type McpServer } from "@modelcontextprotocol/server";
import { defaultIdleSeconds } from "#fleet/timing.ts";
import { noAudit } from "#sidecar/audit/index.ts";
import { silent } from "#sidecar/log.ts";
import { createApp } from "#sidecar/server/app.ts";
import { type Listener, listen } from "#sidecar/server/listen.ts";
import { mcpEndpoint } from "#sidecar/toolbox/endpoint.ts";
import { openRoundState } from "#sidecar/toolbox/round-state.ts";
import { createMcpServer, type Occasion } from "#sidecar/toolbox/server.ts";
import { addContent, addLists } from "./conformance-content.ts";
import { questions } from "./conformance-questions.ts";

/**
 * The starter's HTTP side with the tools, resources and prompts that the conformance suite calls by name.
 *
 * @param externalUrl the public address when a balancer stands in front
 */
export function startConformanceServer(port = 0, externalUrl?: URL): Promise<Listener> {
  const bus = new InMemoryServerEventBus();
  const identity = { name: "conformance", version: "1.0.0" };
  const parts = { identity, tools: questions, rounds: openRoundState([]) };
  const app = createApp({
    config: {
      service: "conformance",
      externalUrl,
      host: "127.0.0.1",
      allowedOrigins: [],
    },
    admission: { kind: "open" },
    audit: noAudit,
    log: silent,
    serve: mcpEndpoint({
      argumentsOf: () => undefined,
      audit: noAudit,
      log: silent,
      idleTimeoutSeconds: defaultIdleSeconds,
      bus,
      createServer: (occasion: Occasion): McpServer => {
        const server = createMcpServer(parts, occasion);
        server.server.registerCapabilities({ tools: { listChanged: true } });
        addContent(server);
        addLists(server, bus);
        return server;
      },
    }),
  });
  return listen(app, { host: "127.0.0.1", port, idleTimeoutSeconds: defaultIdleSeconds });
}
