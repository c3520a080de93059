import type { IncomingMessage, ServerResponse } from "node:http";
import type { Config } from "../config.ts";
import { Refusal } from "./refusal.ts";

const loopback = ["localhost", "127.0.0.1", "[::1]"];
const loopbackAddresses = ["localhost", "127.0.0.1", "::1"];

export interface Origins {
  /** Lets pages of allowed origins use a route. @returns whether it was their preflight request, and is answered */
  shareWithPages(req: IncomingMessage, res: ServerResponse): boolean;
  /** @throws {Refusal} for what was sent to another name, or by a page of another origin */
  require(req: IncomingMessage): void;
  isOwnHost(req: IncomingMessage): boolean;
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
  const isOwnHost = (req: IncomingMessage) => !knowsItsNames || own.has(hostnameOf(`http://${req.headers.host ?? ""}`));
  const isAllowed = (origin: string) => own.has(hostnameOf(origin)) || allowedOrigins.includes(origin);

  return {
    isOwnHost,
    require: (req) => {
      const { origin } = req.headers;
      if (!isOwnHost(req)) throw new Refusal(403, `Host is not one of this server's: ${[...own].join(", ")}.`);
      if (origin !== undefined && !isAllowed(origin)) {
        throw new Refusal(
          403,
          `Origin is not one of this server's: ${[...own, ...allowedOrigins].join(", ")}. Add it to OAUTH_ALLOWED_ORIGINS.`,
        );
      }
    },
    shareWithPages: (req, res) => {
      const { origin } = req.headers;
      res.setHeader("Vary", "Origin");
      if (origin === undefined || !isOwnHost(req) || !isAllowed(origin)) {
        return false;
      }
      res.setHeader("Access-Control-Allow-Origin", origin);
      res.setHeader("Access-Control-Expose-Headers", exposed);
      if (req.method !== "OPTIONS") return false;
      res
        .writeHead(204, {
          "Access-Control-Allow-Methods": "GET, POST, DELETE",
          // A client may send headers of a tool's own (`Mcp-Param-…`), which no list could name.
          "Access-Control-Allow-Headers": req.headers["access-control-request-headers"]?.slice(0, 1_000) ?? "",
          "Access-Control-Max-Age": "3600",
        })
        .end();
      return true;
    },
  };
}

const exposed = "WWW-Authenticate, Mcp-Session-Id, X-Request-Id, Retry-After";
