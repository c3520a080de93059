import { InMemoryServerEventBus, type McpServer } from "@modelcontextprotocol/server";
import { defaultIdleSeconds } from "#fleet/timing.ts";
import { noAudit } from "#starter/audit/index.ts";
import { silent } from "#starter/log.ts";
import { createApp } from "#starter/server/app.ts";
import { type Listener, listen } from "#starter/server/listen.ts";
import { createMcpServer, type Occasion } from "#starter/server/mcp.ts";
import { openRoundState } from "#starter/server/round-state.ts";
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
      idleTimeoutSeconds: defaultIdleSeconds,
    },
    admission: { kind: "open" },
    audit: noAudit,
    log: silent,
    argumentsOf: () => undefined,
    bus,
    createServer: (occasion: Occasion): McpServer => {
      const server = createMcpServer(parts, occasion);
      server.server.registerCapabilities({ tools: { listChanged: true } });
      addContent(server);
      addLists(server, bus);
      return server;
    },
  });
  return listen(app, { host: "127.0.0.1", port, idleTimeoutSeconds: defaultIdleSeconds });
}
