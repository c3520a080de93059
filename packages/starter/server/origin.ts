import type { RequestHandler } from "express";
import type { Config } from "../config.ts";

const loopback = ["localhost", "127.0.0.1", "[::1]"];
const loopbackAddresses = ["localhost", "127.0.0.1", "::1"];

/**
 * Protection against DNS rebinding, as the transport specification requires: a web page that resolves its own name to
 * this server sends that name as Host and Origin.
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning
 *
 * A server that listens on every address and does not know its public name can only check Origin, not Host.
 */
export function requireOwnOrigin(place: Pick<Config, "externalUrl" | "host">): RequestHandler {
  const { externalUrl } = place;
  const knowsItsNames = externalUrl !== undefined || loopbackAddresses.includes(place.host);
  const allowed = new Set([...loopback, ...(externalUrl === undefined ? [] : [externalUrl.hostname])]);
  const isAllowed = (url: string): boolean => URL.canParse(url) && allowed.has(new URL(url).hostname);

  return (req, res, next) => {
    const { host, origin } = req.headers;
    const hostIsOurs = !knowsItsNames || isAllowed(`http://${host ?? ""}`);
    const originIsOurs = origin === undefined || isAllowed(origin);
    if (hostIsOurs && originIsOurs) {
      next();
      return;
    }
    const which = hostIsOurs ? "Origin" : "Host";
    res.status(403).json({
      jsonrpc: "2.0",
      error: { code: -32000, message: `${which} is not one of this server's: ${[...allowed].join(", ")}.` },
      id: null,
    });
  };
}
