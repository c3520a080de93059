import type { Request, RequestHandler } from "express";
import type { Config } from "../config.ts";
import { Refusal } from "./refusal.ts";

const loopback = ["localhost", "127.0.0.1", "[::1]"];
const loopbackAddresses = ["localhost", "127.0.0.1", "::1"];

export interface Origins {
  /** Lets pages of allowed origins use a route, and answers their preflight requests. */
  readonly shareWithPages: RequestHandler;
  /** Turns away what was sent to another name, or by a page of another origin. */
  readonly require: RequestHandler;
  isOwnHost(req: Request): boolean;
}

/**
 * Protection against DNS rebinding, as the transport specification requires: a web page that resolves its own name to
 * this server sends that name as Host and Origin.
 * https://modelcontextprotocol.io/specification/2026-07-28/basic/transports#security-warning
 *
 * A server that listens on every address and does not know its public name can only check Origin, not Host.
 */
export function openOrigins(place: Pick<Config, "externalUrl" | "host" | "allowedOrigins">): Origins {
  const { externalUrl, allowedOrigins } = place;
  const knowsItsNames = externalUrl !== undefined || loopbackAddresses.includes(place.host);
  const own = new Set([...loopback, ...(externalUrl === undefined ? [] : [externalUrl.hostname])]);
  const hostnameOf = (url: string): string => URL.parse(url)?.hostname ?? "";
  const isOwnHost = (req: Request) => !knowsItsNames || own.has(hostnameOf(`http://${req.headers.host ?? ""}`));
  const isAllowed = (origin: string) => own.has(hostnameOf(origin)) || allowedOrigins.includes(origin);

  return {
    isOwnHost,
    require: (req, _res, next) => {
      const { origin } = req.headers;
      if (!isOwnHost(req)) throw new Refusal(403, `Host is not one of this server's: ${[...own].join(", ")}.`);
      if (origin !== undefined && !isAllowed(origin)) {
        throw new Refusal(
          403,
          `Origin is not one of this server's: ${[...own, ...allowedOrigins].join(", ")}. Add it to OAUTH_ALLOWED_ORIGINS.`,
        );
      }
      next();
    },
    shareWithPages: (req, res, next) => {
      const { origin } = req.headers;
      res.vary("Origin");
      if (origin === undefined || !isOwnHost(req) || !isAllowed(origin)) {
        next();
        return;
      }
      res.set("Access-Control-Allow-Origin", origin).set("Access-Control-Expose-Headers", exposed);
      if (req.method !== "OPTIONS") {
        next();
        return;
      }
      res
        .status(204)
        .set({
          "Access-Control-Allow-Methods": "GET, POST",
          // A client may send headers of a tool's own (`Mcp-Param-…`), which no list could name.
          "Access-Control-Allow-Headers": req.get("access-control-request-headers")?.slice(0, 1_000) ?? "",
          "Access-Control-Max-Age": "3600",
        })
        .end();
    },
  };
}

const exposed = "WWW-Authenticate, X-Request-Id, Retry-After";
