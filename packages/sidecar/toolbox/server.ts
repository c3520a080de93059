import {
  type CallToolResult,
  type InputRequiredResult,
  isInputRequiredResult,
  McpServer,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { RoundState } from "./round-state.ts";
import { type AnyTool, type ToolContext, text } from "./tool.ts";

export interface ServerIdentity {
  readonly name: string;
  readonly version: string;
}

export interface ServerParts {
  readonly identity: ServerIdentity;
  readonly tools: readonly AnyTool[];
  readonly rounds: RoundState;
}

export interface Occasion {
  readonly context: Pick<ToolContext, "caller" | "google">;
  /** `modern`: the revision of 2026-07-28 or later. */
  readonly era: "modern" | "legacy";
  /** The tool that the request calls, where that is all it does: the server then knows no other. */
  readonly calls?: string | undefined;
}

/** How long a client may keep the list of tools: a release changes it, and nothing else does. */
const listLife = { ttlMs: 300_000, cacheScope: "private" } as const;

/** A fresh MCP server for one request; it only knows the tools and the caller. */
export function createMcpServer(
  { identity, tools, rounds }: ServerParts,
  { context, era, calls }: Occasion,
): McpServer {
  const { subject } = context.caller;
  const server = new McpServer(identity, {
    capabilities: { logging: {}, tools: { listChanged: false } },
    cacheHints: { "tools/list": listLife, "server/discover": listLife },
    requestState: { verify: (sealed) => rounds.open(subject, sealed) },
    inputRequired: { legacyShim: false },
  });
  for (const tool of calls === undefined ? tools : tools.filter(({ name }) => name === calls)) {
    const { name, title, description } = tool;
    server.registerTool(name, { title, description, inputSchema: schemaOf(tool) }, async (args, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      const result = await tool.run(args, {
        ...context,
        signal: mcpReq.signal,
        answers: mcpReq.inputResponses ?? {},
        state: rounds.read(name, mcpReq.requestState()),
        seal: (state) => rounds.seal({ subject, tool: name }, state),
        progress: async (progress, total, message) => {
          if (progressToken === undefined) return;
          const params = { progressToken, progress, total, ...(message === undefined ? {} : { message }) };
          await mcpReq.notify({ method: "notifications/progress", params });
        },
      });
      return era === "legacy" ? answerable(result) : result;
    });
  }
  return server;
}

const schemas = new WeakMap<AnyTool, z.ZodObject<AnyTool["input"]>>();

/** Made once a tool: the SDK keeps what it derives from a schema for as long as that is the same object. */
function schemaOf(tool: AnyTool): z.ZodObject<AnyTool["input"]> {
  const known = schemas.get(tool);
  if (known !== undefined) return known;
  const schema = z.object(tool.input);
  schemas.set(tool, schema);
  return schema;
}

/**
 * Before 2026-07-28 a server asks by a request of its own, whose answer is a request that may reach another task: it
 * cannot be awaited here.
 */
function answerable(result: CallToolResult | InputRequiredResult): CallToolResult {
  if (!isInputRequiredResult(result)) return result;
  return {
    ...text(
      "This tool asks its user something first, which needs a client of the protocol's revision 2026-07-28 or later.",
    ),
    isError: true,
  };
}
