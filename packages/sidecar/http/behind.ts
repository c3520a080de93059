import { openCatalog } from "../calls/catalog.ts";
import { openLedger } from "../calls/ledger.ts";
import type { Behind, Surroundings } from "../server/serve.ts";
import type { HttpServer, Patience } from "../server-config.ts";
import { forwardTo } from "./forward.ts";
import { openSessionIds } from "./session-id.ts";
import { askForTools } from "./tools.ts";
import { openUpstream } from "./upstream.ts";

/** Calls are written down once their tool is known, or this long after. */
const toolsPatienceMs = 5_000;

/** A server that speaks HTTP on loopback. */
export function openHttp(
  { url, health, bearer, patienceMs }: HttpServer & Patience,
  { config, stopping, audit, metrics, log }: Surroundings,
): Behind {
  const upstream = openUpstream(url, health);
  const catalog = openCatalog(() => askForTools({ url, bearer }, toolsPatienceMs));
  const ledger = openLedger({ audit, catalog, metrics });
  const serve = forwardTo({
    upstream,
    bearer,
    sessionIds: openSessionIds(config.sessionKeys),
    catalog,
    ledger,
    metrics,
    log,
    patienceMs,
    stopping,
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
