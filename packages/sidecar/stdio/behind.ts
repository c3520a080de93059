import { setTimeout as wait } from "node:timers/promises";
import { InMemoryServerEventBus } from "@modelcontextprotocol/server";
import { openCatalog } from "../calls/catalog.ts";
import { openLedger } from "../calls/ledger.ts";
import type { Behind, Surroundings } from "../server/serve.ts";
import { keepAliveOf } from "../server/web.ts";
import type { Patience, StdioServer } from "../server-config.ts";
import { openRoundState } from "../toolbox/round-state.ts";
import { canBeAsked } from "./abilities.ts";
import { Children } from "./children.ts";
import { openLetters } from "./letters.ts";
import { publisher } from "./notices.ts";
import { openRounds } from "./rounds.ts";
import { listTools, serveStdio } from "./serve.ts";

/** Calls are written down once their tool is known, or this long after. */
const toolsPatienceMs = 5_000;

/** A balancer waits 5 s for its health check. */
const healthPatienceMs = 4_000;

/** A server that speaks stdio, as children of this process. */
export function openStdio(server: StdioServer & Patience, surroundings: Surroundings): Behind {
  const { config, stopping, sessions, audit, metrics, log } = surroundings;
  const { patienceMs, instances } = server;
  const keepAliveMs = keepAliveOf(config.idleTimeoutSeconds);
  const bus = new InMemoryServerEventBus();
  // A question must reach whoever called, and nobody else.
  const [cannotAsk, asks] =
    instances === "shared"
      ? ["all callers share this process", []]
      : sessions === undefined
        ? ["without a login, callers cannot be told apart", []]
        : [`its client does not say that it can be asked, or MCP_CHILD_ASKS does not name it`, server.asks];
  const children = new Children({
    ...server,
    log,
    cannotAsk,
    onFault: (fault) => metrics.fault(fault),
    onNotice: publisher(bus),
    onGreeted: (child, owner) => {
      if (canBeAsked(owner)) catalog.learnFrom(() => listTools(child, toolsPatienceMs));
    },
  });
  const letters = openLetters(sessions);
  const rounds = openRounds(letters, openRoundState(config.sessionKeys), patienceMs);
  // The process that is begun here proves the image, and is there for the first caller where all share it.
  const first = { caller: instances === "shared" ? "" : "anonymous", abilities: {} };
  const catalog = openCatalog(async () =>
    listTools((await children.getWithin(first, toolsPatienceMs)).child, toolsPatienceMs),
  );
  const ledger = openLedger({ audit, catalog, metrics });
  void catalog.argumentsOf("");
  return {
    serve: serveStdio({
      children,
      instances,
      asks,
      letters,
      rounds,
      catalog,
      ledger,
      patienceMs,
      keepAliveMs,
      bus,
      stopping,
    }),
    health: async () => {
      // Until one answers, the balancer's question is what begins the next attempt. A process that many share is as
      // good as the task, which another may replace; what one caller's does is theirs.
      const isWell = () => children.hasAnswered && !children.isLost(first);
      if (!isWell()) await Promise.race([children.get(first).catch(() => undefined), wait(healthPatienceMs)]);
      return { healthy: isWell(), kind: "stdio", processes: children.size };
    },
    close: async (graceMs) => {
      await rounds.settled(graceMs);
      await ledger.settled();
      await children.stop();
    },
  };
}
