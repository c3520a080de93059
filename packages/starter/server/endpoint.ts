import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express, { type Request, type Response, type Router } from "express";
import { type AuditClient, type Watch, watchTransport } from "../audit/index.ts";
import type { ToolContext } from "../tool.ts";

export interface Visitor {
  readonly context: Pick<ToolContext, "caller" | "google">;
  readonly actor: Watch["actor"];
}

export interface EndpointOptions {
  readonly createServer: (context: Visitor["context"]) => McpServer;
  readonly argumentsOf: Watch["argumentsOf"];
  readonly audit: AuditClient;
  /** Who sent the request, after authentication. */
  readonly identify: (req: Request) => Promise<Visitor>;
}

/**
 * `/mcp` over Streamable HTTP, stateless: every POST is independent and any task can answer it, without a session
 * header or a sticky balancer. Its answer may stream (progress, logging); there is no stream apart from a request, so
 * GET and DELETE are 405, as the specification provides for.
 */
export function mcpEndpoint(options: EndpointOptions): Router {
  const router = express.Router();

  router.post("/", async (req: Request, res: Response) => {
    const visitor = await options.identify(req);
    const server = options.createServer(visitor.context);
    const transport = new StreamableHTTPServerTransport();
    res.on("close", () => void server.close());
    const watched = watchTransport(transport, {
      audit: options.audit,
      actor: visitor.actor,
      requestId: String(res.locals.requestId),
      argumentsOf: options.argumentsOf,
    });
    await server.connect(watched);
    await transport.handleRequest(req, res);
  });
  router.all("/", (_req, res) => {
    res
      .status(405)
      .set("Allow", "POST")
      .json({ jsonrpc: "2.0", error: { code: -32000, message: "Method not allowed: use POST." }, id: null });
  });
  return router;
}
