import { once } from "node:events";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { createServer } from "./http.ts";

export interface Listener {
  readonly port: number;
  /** Stops accepting and waits for requests in flight, for at most `graceMs`; returns how many were cut off. */
  drain(graceMs: number): Promise<number>;
}

export interface ListenSettings {
  readonly host: string;
  readonly port: number;
  /** After so many seconds without a byte, the balancer closes a connection. */
  readonly idleTimeoutSeconds: number;
}

/** The balancer has to be the one that closes: it answers 502 to a request that crosses our closing the connection. */
const longerSeconds = 5;
/** A request is on its way no longer than this. */
const silentMs = 1_000;
/** Once so long none came, none comes: a balancer stops to send before a task is stopped. */
const quietMs = 250;

export async function listen(
  handler: RequestListener,
  { host, port, idleTimeoutSeconds }: ListenSettings,
): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: (idleTimeoutSeconds + longerSeconds) * 1000 }, handler);
  let inFlight = 0;
  let arrived = 0;
  let draining = false;
  server.prependListener("request", (_req, res) => {
    inFlight += 1;
    arrived += 1;
    if (draining) res.setHeader("Connection", "close");
    res.once("close", () => {
      inFlight -= 1;
      if (draining) server.closeIdleConnections();
    });
  });
  /**
   * Waits until what is on its way is read. For Node a connection is idle, and may be closed, until its request is read;
   * one that is not accepted yet is reset. After a busy time there are many of both, and each would be a 502.
   */
  async function quieten(mostMs: number): Promise<void> {
    const until = performance.now() + mostMs;
    let before: number;
    do {
      before = arrived;
      await wait(Math.min(quietMs, mostMs));
      // A timer that is late comes before what has arrived meanwhile: that is accepted in this turn, and read in the next.
      await turn();
      await turn();
    } while (arrived !== before && performance.now() < until);
  }

  server.listen(port, host);
  await once(server, "listening");

  return {
    port: addressOf(server.address()).port,
    drain: async (graceMs) => {
      draining = true;
      const startedAt = performance.now();
      const closed = once(server, "close");
      await quieten(graceMs / 2);
      server.close();
      let cutOff = 0;
      const timer = setTimeout(
        () => {
          cutOff = inFlight;
          server.closeAllConnections();
        },
        Math.max(1, graceMs - (performance.now() - startedAt)),
      );
      // For Node, a connection on which nothing was ever asked is not idle.
      const silent = setInterval(() => inFlight === 0 && server.closeAllConnections(), silentMs);
      await closed;
      clearTimeout(timer);
      clearInterval(silent);
      return cutOff;
    },
  };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === "string") throw new TypeError("An HTTP server listens on a port.");
  return address;
}
