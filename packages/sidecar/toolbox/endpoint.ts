import { createMcpHandler, type McpServer, type ServerEventBus } from "@modelcontextprotocol/server";
import * as v from "valibot";
import { type AuditClient, type Watch, watchTransport } from "../audit/index.ts";
import { readMessages } from "../http/messages.ts";
import type { Log } from "../log.ts";
import { readJson } from "../server/body.ts";
import { Refusal } from "../server/refusal.ts";
import type { Serve, Visitor } from "../server/serve.ts";
import { keepAliveOf, sendWebResponse, toWebRequest } from "../server/web.ts";
import type { Occasion } from "./server.ts";

export interface EndpointParts {
  readonly createServer: (occasion: Occasion) => McpServer;
  readonly argumentsOf: Watch["argumentsOf"];
  readonly audit: Pick<AuditClient, "record">;
  readonly log: Log;
  /** Where changes of the lists are announced; without it, for servers whose lists do not change. */
  readonly bus?: ServerEventBus | undefined;
  /** After so many seconds without a byte, the balancer closes a connection. */
  readonly idleTimeoutSeconds: number;
}

interface Exchange {
  readonly visitor: Visitor;
  readonly requestId: string;
  readonly asked: Asked;
  /** The server that was made for it. */
  server?: McpServer;
}

/** What the request says it is about, before the SDK has looked at it. */
const Asked = v.object({ method: v.string(), params: v.optional(v.object({ name: v.optional(v.string()) })) });
type Asked = Partial<v.InferOutput<typeof Asked>>;

/** Without the header it is 2025-03-26, the last revision with batches. */
const isWithoutBatches = (revision: string | readonly string[] = "2025-03-26"): boolean =>
  String(revision) > "2025-03-26";

const base = new URL("http://localhost/mcp");

/**
 * `/mcp` over Streamable HTTP, stateless, for the revision of 2026-07-28 and all before it: every POST is independent and
 * any task can answer it, without a session header or a sticky balancer. Its answer may stream (progress, logging).
 */
export function mcpEndpoint(parts: EndpointParts): Serve {
  const { audit, argumentsOf, log, bus } = parts;
  const keepAliveMs = keepAliveOf(parts.idleTimeoutSeconds);
  const exchanges = new WeakMap<Request, Exchange>();

  const handler = createMcpHandler(
    ({ era, requestInfo }) => {
      const exchange = requestInfo === undefined ? undefined : exchanges.get(requestInfo);
      if (exchange === undefined) throw new TypeError("The SDK serves the request that it was given.");
      const { visitor, requestId, asked } = exchange;
      const calls = asked.method === "tools/call" ? asked.params?.name : undefined;
      const server = parts.createServer({ context: visitor.context, era, calls });
      exchange.server = server;
      const connect = server.connect.bind(server);
      server.connect = async (transport) => {
        await connect(transport);
        watchTransport(transport, { audit, actor: visitor.actor, requestId, argumentsOf });
      };
      return server;
    },
    { keepAliveMs, ...(bus === undefined ? {} : { bus }) },
  );

  return async (req, res, visitor, requestId) => {
    if (req.method !== "POST") {
      res.setHeader("Allow", "POST");
      throw new Refusal(405, "Method not allowed: use POST.");
    }
    const parsedBody = await readJson(req);
    if (Array.isArray(parsedBody) && isWithoutBatches(req.headers["mcp-protocol-version"])) {
      throw new Refusal(400, "Send one message a request: this revision has no batches.", -32600);
    }
    visitor.chargeFor(readMessages(parsedBody));
    const parsed = v.safeParse(Asked, parsedBody);
    const exchange: Exchange = { visitor, requestId, asked: parsed.success ? parsed.output : {} };
    // Only a stream that no server object stands behind needs a signal, which costs more than all else of a request.
    const left = exchange.asked.method === "subscriptions/listen" ? new AbortController() : undefined;
    res.once("close", () => {
      if (res.writableFinished) return;
      left?.abort();
      void exchange.server?.close();
    });
    const request = toWebRequest(req, base, left?.signal);
    exchanges.set(request, exchange);
    const answering = handler.fetch(request, { parsedBody }).then((response) => {
      if (response.status >= 500) log.error("The SDK failed to serve a request.", { request_id: requestId });
      return response;
    });
    await sendWebResponse(answering, res, keepAliveMs);
  };
}
