import { createMcpHandler, type McpServer, type ServerEventBus } from "@modelcontextprotocol/server";
import type { Request as HttpRequest, RequestHandler } from "express";
import { type AuditClient, type Watch, watchTransport } from "../audit/index.ts";
import { describeError, type Log } from "../log.ts";
import { readJson } from "./body.ts";
import type { Occasion } from "./mcp.ts";
import { Refusal } from "./refusal.ts";
import { sendWebResponse, toWebRequest } from "./web.ts";

export interface Visitor {
  readonly context: Occasion["context"];
  readonly actor: Watch["actor"];
}

export interface EndpointOptions {
  readonly createServer: (occasion: Occasion) => McpServer;
  readonly argumentsOf: Watch["argumentsOf"];
  readonly audit: AuditClient;
  readonly log: Log;
  /** Where changes of the lists are announced; without it, for servers whose lists do not change. */
  readonly bus?: ServerEventBus | undefined;
  /** Who sent the request, after authentication. */
  readonly identify: (req: HttpRequest) => Promise<Visitor>;
}

interface Exchange {
  readonly visitor: Visitor;
  readonly requestId: string;
}

const base = new URL("http://localhost/mcp");

/**
 * `/mcp` over Streamable HTTP, stateless, for the revision of 2026-07-28 and all before it: every POST is independent and
 * any task can answer it, without a session header or a sticky balancer. Its answer may stream (progress, logging).
 */
export function mcpEndpoint(options: EndpointOptions): RequestHandler {
  const { audit, argumentsOf, log, bus } = options;
  const exchanges = new WeakMap<Request, Exchange>();

  const handler = createMcpHandler(
    ({ era, requestInfo }) => {
      const exchange = requestInfo === undefined ? undefined : exchanges.get(requestInfo);
      if (exchange === undefined) throw new TypeError("The SDK serves the request that it was given.");
      const { visitor, requestId } = exchange;
      const server = options.createServer({ context: visitor.context, era });
      const connect = server.connect.bind(server);
      server.connect = async (transport) => {
        await connect(transport);
        watchTransport(transport, { audit, actor: visitor.actor, requestId, argumentsOf });
      };
      return server;
    },
    bus === undefined ? {} : { bus },
  );

  return async (req, res, next) => {
    try {
      // Before the method: clients ask by GET whether there is a login.
      const visitor = await options.identify(req);
      if (req.method !== "POST") {
        res.set("Allow", "POST");
        throw new Refusal(405, "Method not allowed: use POST.");
      }
      const parsedBody = await readJson(req);
      const request = toWebRequest(req, res, base);
      const requestId = String(res.locals.requestId);
      exchanges.set(request, { visitor, requestId });
      const response = await handler.fetch(request, { parsedBody });
      if (response.status >= 500) log.error("The SDK failed to serve a request.", { request_id: requestId });
      await sendWebResponse(response, res);
    } catch (error) {
      if (res.headersSent) {
        log.warn(`A stream broke off: ${describeError(error)}`, { request_id: String(res.locals.requestId) });
        res.destroy();
      } else next(error);
    }
  };
}
