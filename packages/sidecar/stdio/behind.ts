import { InMemoryServerEventBus } from "@modelcontextprotocol/server";
import { openCatalog } from "../calls/catalog.ts";
import { openLedger } from "../calls/ledger.ts";
import type { Behind, Surroundings } from "../server/serve.ts";
import { keepAliveOf } from "../server/web.ts";
import type { Patience, StdioServer } from "../server-config.ts";
import { Children } from "./children.ts";
import { listTools, publisher, serveStdio } from "./serve.ts";

/** Calls are written down once their tool is known, or this long after. */
const toolsPatienceMs = 5_000;

/** A server that speaks stdio, as children of this process. */
export function openStdio(server: StdioServer & Patience, { config, audit, metrics, log }: Surroundings): Behind {
  const { patienceMs } = server;
  const keepAliveMs = keepAliveOf(config.idleTimeoutSeconds);
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
